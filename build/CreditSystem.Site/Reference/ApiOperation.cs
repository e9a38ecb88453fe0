using System.Text.Json.Nodes;

namespace CreditSystem.Site.Reference;

/// <summary>An operation of the OpenAPI document, or a webhook.</summary>
/// <param name="Verb">In capitals; <c>POST</c> of a webhook as well, which is sent and not served.</param>
/// <param name="Path">Of a webhook its name.</param>
/// <param name="IsWebhook">Whether the API sends it.</param>
/// <param name="Json">What the document says of it.</param>
internal sealed record ApiOperation(string Verb, string Path, bool IsWebhook, JsonObject Json)
{
    private const string WebhookTag = "Webhook events";

    private static readonly char[] Separators = [' ', '/', '.', '{', '}'];
    private static readonly string[] Verbs = ["get", "post", "put", "patch", "delete"];

    public string Id => (string?)Json["operationId"] ?? string.Join('-', $"{Verb} {Path}".Split(
        Separators, StringSplitOptions.RemoveEmptyEntries));

    public string Tag => IsWebhook ? WebhookTag : (string?)(Json["tags"] as JsonArray)?.FirstOrDefault() ?? "Other";

    public string TagSlug => Tag.ToLowerInvariant().Replace(' ', '-').Replace('.', '-');

    public string Url => $"/docs/reference/{TagSlug}#{Id}";

    public string Summary => (string?)Json["summary"] is { Length: > 0 } summary ? summary : Path;

    public string Description => (string?)Json["description"] ?? "";

    /// <summary>All of the document, in its order.</summary>
    public static IEnumerable<ApiOperation> All(JsonObject document) => Of(document["paths"], false).Concat(Of(document["webhooks"], true));

    /// <summary>What the document says of a tag.</summary>
    public static string DescriptionOf(JsonObject document, string tag) =>
        (document["tags"] as JsonArray)?.OfType<JsonObject>().FirstOrDefault(one => (string?)one["name"] == tag) is { } found
            ? (string?)found["description"] ?? ""
            : tag == WebhookTag ? "What the API sends to the endpoints of a tenant." : "";

    private static IEnumerable<ApiOperation> Of(JsonNode? paths, bool isWebhook) =>
        from path in paths as JsonObject ?? []
        from verb in Verbs
        where path.Value?[verb] is JsonObject
        select new ApiOperation(verb.ToUpperInvariant(), path.Key, isWebhook, (JsonObject)path.Value![verb]!);
}
