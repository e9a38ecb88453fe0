using System.Text.Json.Nodes;

namespace CreditSystem.Api.OpenApi;

/// <summary>
/// What was asked and answered when the routes were walked through: <c>examples.json</c>, which a test writes and compares.
/// </summary>
internal sealed class RecordedExamples(JsonNode recorded)
{
    private const string Resource = "CreditSystem.Api.OpenApi.examples.json";

    /// <summary>What shows a status where a route has not been seen with it: what every route can answer, by its code.</summary>
    private static readonly Dictionary<int, string> ByStatus = new()
    {
        [400] = ProblemCodes.Malformed,
        [401] = ProblemCodes.AuthRequired,
        [402] = "card_declined",
        [403] = ProblemCodes.MissingScope,
        [404] = ProblemCodes.NotFound,
        [409] = "idempotency_in_flight",
        [413] = ProblemCodes.PayloadTooLarge,
        [415] = ProblemCodes.UnsupportedMediaType,
        [422] = "idempotency_key_reused",
        [429] = ProblemCodes.RateLimited,
        [500] = ProblemCodes.InternalError,
        [503] = ProblemCodes.StorageUnavailable,
    };

    public static RecordedExamples Load()
    {
        using var stream = typeof(RecordedExamples).Assembly.GetManifestResourceStream(Resource)!;
        return new RecordedExamples(JsonNode.Parse(stream)!);
    }

    /// <summary>The body of a request.</summary>
    public JsonNode? Request(string operation) => Operation(operation)?["request"]?.DeepClone();

    /// <summary>The body of an answer that is no problem.</summary>
    public JsonNode? Response(string operation, string status) => Operation(operation)?["responses"]?[status]?.DeepClone();

    /// <summary>Whether the answer said where to find what was made.</summary>
    public bool HasLocation(string operation) => (bool?)Operation(operation)?["location"] == true;

    /// <summary>The problems of a status, by code: those that the route was seen with, or what shows the status everywhere.</summary>
    public IEnumerable<(string Code, JsonNode Problem)> Problems(string? operation, int status)
    {
        var seen = Operation(operation)?["problems"]?.AsArray().Select(code => (string)code!)
            .Where(code => (int?)recorded["problems"]?[code]?["status"] == status).ToList() ?? [];
        if (seen.Count == 0 && ByStatus.TryGetValue(status, out var usual) && recorded["problems"]?[usual] is not null)
            seen.Add(usual);
        return seen.Select(code => (code, recorded["problems"]![code]!.DeepClone()));
    }

    /// <summary>What an endpoint is sent of the type.</summary>
    public JsonNode? Webhook(string type) => recorded["webhooks"]?[type]?.DeepClone();

    private JsonNode? Operation(string? operation) => operation is null ? null : recorded["operations"]?[operation];
}
