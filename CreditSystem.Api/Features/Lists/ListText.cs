namespace CreditSystem.Api.Features.Lists;

/// <summary>What the parameters of all lists are called to people.</summary>
internal static class ListText
{
    public const string From = "The earliest time, RFC 3339, inclusive.";
    public const string Until = "The time before which, RFC 3339.";
    public const string Cursor = "next_cursor of the page before.";
    public const string Limit = "1 to 200; by default 50.";

    public const string Metadata =
        " `metadata.<key>=<value>` finds by the keys that the tenant has declared (`PUT /v1/metadata-keys/{key}`). Newest first, in an "
        + "order that never changes; a page may have fewer items than asked for although `next_cursor` says that there are more.";
}
