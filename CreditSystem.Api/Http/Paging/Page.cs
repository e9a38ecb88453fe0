using System.Buffers.Text;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;

namespace CreditSystem.Api.Http.Paging;

/// <summary>
/// The page of a list that is asked for. A cursor is a place in its list behind a tag of that list and the place, and is read here
/// alone: one that another list, another tenant or other filters have given is refused before anybody sees its place.
/// </summary>
internal sealed record Page
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 200;
    private const int TagBytes = 6;

    /// <summary>Longer than of as many accounts as a holder may have.</summary>
    private const int MaxLength = 4096;

    // Names the page and not what is listed.
    private static readonly HashSet<string> OfPages = new(StringComparer.Ordinal) { "cursor", "limit", "consistency" };

    private readonly byte[] list;

    private Page(int limit, byte[] list, byte[]? place) => (Limit, this.list, Place) = (limit, list, place);

    /// <summary>How many are wanted.</summary>
    public int Limit { get; }

    /// <summary>Where the page begins, as the route wrote it; null for the first page.</summary>
    public byte[]? Place { get; private init; }

    /// <summary>The page that the query string asks for.</summary>
    public static Validated<Page> Read(HttpContext context, string? cursor, int? limit)
    {
        if (limit is < 1 or > MaxLimit)
            return ApiProblems.BadRequest("invalid_limit", $"limit must be between 1 and {MaxLimit}.");
        var first = new Page(limit ?? DefaultLimit, ListOf(context), place: null);
        if (cursor is null)
            return first;
        // What is decoded leniently could be written in several ways.
        if (cursor.Length > MaxLength || !Base64Url.IsValid(cursor)
            || Base64Url.DecodeFromChars(cursor) is not { Length: >= TagBytes } bytes || first.CursorAt(bytes.AsSpan(TagBytes)) != cursor)
            return Invalid();
        return first with { Place = bytes[TagBytes..] };
    }

    /// <summary>The same list from its beginning.</summary>
    public Page First() => this with { Place = null };

    /// <summary>The cursor of a page of the same list that begins there.</summary>
    public string CursorAt(ReadOnlySpan<byte> place)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(list);
        hash.AppendData(place);
        return Base64Url.EncodeToString([.. hash.GetHashAndReset().AsSpan(0, TagBytes), .. place]);
    }

    /// <summary>The same where the place is an id.</summary>
    public string CursorAt(string id) => CursorAt(Encoding.UTF8.GetBytes(id));

    /// <summary>The id at which the page begins; null for the first page.</summary>
    public string? PlaceId => Place is null ? null : Encoding.UTF8.GetString(Place);

    public static ProblemHttpResult Invalid() => ApiProblems.BadRequest(
        "invalid_cursor", "Pass next_cursor of the page before, unchanged, to the same list with the same filters.");

    /// <summary>Stands for the list: the route and what it is about, all filters, and whose it is.</summary>
    private static byte[] ListOf(HttpContext context)
    {
        var (endpoint, user) = ((RouteEndpoint)context.GetEndpoint()!, context.User);
        var tenant = user.FindFirstValue(CredentialClaims.Tenant);
        var parts = new List<string>
        {
            endpoint.RoutePattern.RawText!, tenant ?? "", (tenant is null ? null : RequestCaller.From(user).Holder) ?? "",
        };
        foreach (var (name, value) in context.Request.RouteValues.OrderBy(one => one.Key, StringComparer.Ordinal))
            parts.AddRange([name, OneForm(value?.ToString() ?? "")]);
        foreach (var (name, value) in context.Request.Query.OrderBy(one => one.Key, StringComparer.Ordinal))
            if (!OfPages.Contains(name))
                parts.AddRange([name, OneForm(value.ToString())]);
        return SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('&', parts.Select(Uri.EscapeDataString))));
    }

    private static string OneForm(string text) => RequestValidation.TryParseId(text, out var id) ? id.ToString("D") : text;
}
