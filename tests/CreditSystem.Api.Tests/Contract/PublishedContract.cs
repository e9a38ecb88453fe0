using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CreditSystem.Testing;
using Json.Schema;

namespace CreditSystem.Api.Tests.Contract;

/// <summary>The committed OpenAPI document, and whether an answer is one that it describes.</summary>
internal sealed partial class PublishedContract
{
    private const string Components = "#/components/schemas/";

    private static readonly Lazy<PublishedContract> Loaded = new(() => new PublishedContract(JsonNode.Parse(File.ReadAllText(CommittedFile))!));

    private static readonly EvaluationOptions Strictly = new() { OutputFormat = OutputFormat.List, RequireFormatValidation = true };

    private static readonly JsonObject ProblemSchema = new() { ["$ref"] = Components + "Problem" };

    // By the node, so that no answer makes its schema's text; and by that, since most answers are of the same few.
    private readonly ConcurrentDictionary<JsonNode, JsonSchema> schemas = new(ReferenceEqualityComparer.Instance);
    private readonly ConcurrentDictionary<string, JsonSchema> compiled = new();
    private readonly List<Operation> operations;
    private readonly JsonObject definitions;

    internal PublishedContract(JsonNode document)
    {
        Document = document;
        definitions = (JsonObject)Closed(document["components"]!["schemas"]!.DeepClone());
        operations =
        [
            .. from path in document["paths"]!.AsObject()
               from method in path.Value!.AsObject()
               select new Operation(method.Key.ToUpperInvariant(), path.Key, method.Value!),
        ];
    }

    private static string CommittedFile => Repository.PathOf("docs", "openapi.json");

    internal static PublishedContract Current => Loaded.Value;

    internal JsonNode Document { get; }

    internal IReadOnlyList<Operation> Operations => operations;

    /// <summary>The operation that a request was for; null where the document has none.</summary>
    internal Operation? Find(string method, string path)
    {
        var segments = path.TrimEnd('/').Split('/');
        return operations.Where(operation => operation.Method == method && operation.Matches(segments)).MinBy(operation => operation.Variables);
    }

    /// <summary>What is wrong with an answer by the document; null where nothing is.</summary>
    internal string? Check(Operation operation, int status, string? contentType, string body, IEnumerable<string> headers)
    {
        if (operation.Node["responses"]![$"{status}"] is not { } response)
            return "the status is not in the document";
        var undocumented = headers.Where(name => !OfEveryAnswer.Contains(name) && response["headers"]?[name] is null).ToList();
        if (undocumented.Count > 0)
            return $"{string.Join(", ", undocumented)} is not in the document";
        if (response["content"] is not { } content)
            return body.Length == 0 ? null : "there is a body, and the document has none";
        var type = contentType?.Split(';')[0];
        if (type is null || content[type] is not { } media)
            return $"{type ?? "no type"} is not in the document";
        return type.EndsWith("json", StringComparison.Ordinal) && !type.Contains("ndjson", StringComparison.Ordinal)
            ? CheckBody(media["schema"]!, body)
            : null;
    }

    /// <summary>What is wrong with a problem of no operation.</summary>
    internal string? CheckProblem(string body) => CheckBody(ProblemSchema, body);

    /// <summary>What is wrong with a body of a schema of the document.</summary>
    internal string? CheckBody(JsonNode schema, string body)
    {
        var known = schemas.GetOrAdd(schema, node => compiled.GetOrAdd(node.ToJsonString(), Compile));
        var results = known.Evaluate(JsonNode.Parse(body), Strictly);
        return results.IsValid
            ? null
            : string.Join("; ", results.Details.Where(detail => detail.HasErrors)
                .SelectMany(detail => detail.Errors!.Select(error => $"{detail.InstanceLocation}: {error.Value}")).Distinct().Take(5));
    }

    /// <summary>What carries an answer, and what tells a browser how to treat all of them: neither is of an operation.</summary>
    private static readonly HashSet<string> OfEveryAnswer = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Content-Length", "Content-Type", "Date", "Transfer-Encoding",
        "Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "Content-Security-Policy", "Cross-Origin-Resource-Policy",
        "Permissions-Policy", "Referrer-Policy", "Strict-Transport-Security", "Vary", "X-Content-Type-Options", "X-Frame-Options",
    };

    private JsonSchema Compile(string schema)
    {
        var whole = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["allOf"] = new JsonArray(Closed(JsonNode.Parse(schema)!)),
            ["$defs"] = new JsonObject(Reached(schema, []).Select(name => KeyValuePair.Create(name, (JsonNode?)definitions[name]!.DeepClone()))),
        };
        return JsonSchema.FromText(whole.ToJsonString().Replace(Components, "#/$defs/", StringComparison.Ordinal));
    }

    /// <summary>The components that a schema is made of.</summary>
    private HashSet<string> Reached(string schema, HashSet<string> names)
    {
        foreach (var name in Reference().Matches(schema).Select(match => match.Groups[1].Value))
            if (names.Add(name))
                Reached(definitions[name]!.ToJsonString(), names);
        return names;
    }

    /// <summary>
    /// The document leaves answers open, so that a release may add members; what is answered today must all be described. A problem
    /// is open in truth.
    /// </summary>
    private static JsonNode Closed(JsonNode node, string name = "")
    {
        if (node is JsonArray items)
            foreach (var item in items.OfType<JsonNode>())
                Closed(item);
        if (node is not JsonObject members)
            return node;
        foreach (var (key, value) in members.ToList())
            if (value is not null && key is not ("example" or "examples" or "enum"))
                Closed(value, key);
        if (name != "Problem" && members["properties"] is JsonObject && members["type"] is JsonValue && members["additionalProperties"] is null)
            members["additionalProperties"] = false;
        return node;
    }

    internal sealed record Operation(string Method, string Path, JsonNode Node)
    {
        private readonly string[] pattern = Path.Split('/');

        public string Id => (string?)Node["operationId"] ?? Path;

        /// <summary>How many segments may be anything: the fewer, the better it fits.</summary>
        public int Variables => pattern.Count(IsVariable);

        public bool Matches(string[] segments) => segments.Length == pattern.Length
            && pattern.Zip(segments).All(pair => IsVariable(pair.First) ? pair.Second.Length > 0 : pair.First == pair.Second);

        private static bool IsVariable(string segment) => segment.StartsWith('{');
    }

    [GeneratedRegex("\"#/components/schemas/([^\"]+)\"")]
    private static partial Regex Reference();
}
