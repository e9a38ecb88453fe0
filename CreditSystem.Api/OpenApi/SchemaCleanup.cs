using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace CreditSystem.Api.OpenApi;

/// <summary>
/// What the framework adds once the schemas are done: a member that may be absent becomes "null or this", which generators make
/// wrapper classes of. Here it is the schema itself again; that the member may be absent says that it is not required.
/// </summary>
internal static class SchemaCleanup
{
    /// <summary>How the framework notes the name of a schema that was made for its own sake.</summary>
    private const string SchemaId = "x-schema-id";

    public static void Apply(OpenApiDocument document)
    {
        var named = document.Components!.Schemas ??= new Dictionary<string, IOpenApiSchema>();
        foreach (var name in named.Keys.ToList())
        {
            CleanMembers(named[name], document);
            if (named[name] is OpenApiSchema { AdditionalPropertiesAllowed: false } request)
                LetBeLeftOut(request);
        }

        foreach (var path in document.Paths.Values)
            foreach (var operation in path.Operations?.Values ?? Enumerable.Empty<OpenApiOperation>())
                foreach (var media in MediaOf(operation))
                    if (media.Schema is { } schema)
                        media.Schema = Clean(schema, document);
    }

    /// <summary>
    /// A number, a time or a choice that may be left out of a request: languages in which such a value is never absent would send zero,
    /// the year one or the first choice. The keyword is OpenAPI 3.0's, and an annotation here; who reads it makes the value optional.
    /// </summary>
    private static void LetBeLeftOut(OpenApiSchema request)
    {
        const JsonSchemaType Values = JsonSchemaType.Integer | JsonSchemaType.Number | JsonSchemaType.Boolean;
        foreach (var (name, schema) in request.Properties ?? new Dictionary<string, IOpenApiSchema>())
            if (request.Required?.Contains(name) != true && schema is OpenApiSchema member
                && ((member.Type & Values) != 0 || member.Format == "date-time" || member.Enum is { Count: > 0 }))
                (member.Extensions ??= new Dictionary<string, IOpenApiExtension>())["nullable"] =
                    new JsonNodeExtension(JsonValue.Create(true));
    }

    private static IEnumerable<OpenApiMediaType> MediaOf(OpenApiOperation operation) =>
        (operation.Responses?.Values.SelectMany(response => response.Content?.Values ?? []) ?? [])
            .Concat(operation.RequestBody?.Content?.Values ?? []).OfType<OpenApiMediaType>();

    private static IOpenApiSchema Clean(IOpenApiSchema schema, OpenApiDocument document)
    {
        if (schema is not OpenApiSchema own)
            return schema;
        if ((own.OneOf ?? own.AnyOf) is { Count: 2 } either && either.FirstOrDefault(IsNull) is { } nothing)
            return Clean(either.First(other => !ReferenceEquals(other, nothing)), document);
        CleanMembers(own, document);
        if (own.Metadata?.TryGetValue(SchemaId, out var id) != true || id is not string name || own.Properties is not { Count: > 0 })
            return own;
        document.Components!.Schemas!.TryAdd(name, own);
        return new OpenApiSchemaReference(name, document);
    }

    private static void CleanMembers(IOpenApiSchema schema, OpenApiDocument document)
    {
        if (schema is not OpenApiSchema own)
            return;
        foreach (var name in own.Properties?.Keys.ToList() ?? [])
            own.Properties![name] = Clean(own.Properties[name], document);
        if (own.Items is { } items)
            own.Items = Clean(items, document);
        if (own.AdditionalProperties is { } values)
            own.AdditionalProperties = Clean(values, document);
    }

    private static bool IsNull(IOpenApiSchema schema) => schema is OpenApiSchema { Type: JsonSchemaType.Null };
}
