using System.Reflection;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace CreditSystem.Api.OpenApi;

/// <summary>Schemas that the types alone do not tell.</summary>
internal sealed class SchemaTransformer : IOpenApiSchemaTransformer
{
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.JsonTypeInfo.Type == typeof(ProblemDetails))
            DescribeProblem(schema);
        else if (context.JsonPropertyInfo is { } property)
            DescribeMember(schema, property.AttributeProvider, IsOfRequest(property.DeclaringType));
        else if (!IsOfRequest(context.JsonTypeInfo.Type))
            // Responses may leave out what is null.
            foreach (var optional in context.JsonTypeInfo.Properties.Where(member => member.IsGetNullable))
                schema.Required?.Remove(optional.Name);
        // The line breaks of a comment are none of its reader's.
        if (schema.Description is { } text)
            schema.Description = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return Task.CompletedTask;
    }

    private static void DescribeProblem(OpenApiSchema schema)
    {
        schema.Properties ??= new Dictionary<string, IOpenApiSchema>();
        schema.Properties[ApiProblems.CodeMember] = Text("What a program tells errors apart by.");
        schema.Properties[ApiProblems.TraceIdMember] = Text("Trace id; quote it to support.");
        schema.Required = new HashSet<string> { ApiProblems.CodeMember };
    }

    private static OpenApiSchema Text(string description) => new() { Type = JsonSchemaType.String, Description = description };

    /// <summary>A converter is opaque to the framework.</summary>
    private static void DescribeMember(OpenApiSchema schema, ICustomAttributeProvider? attributes, bool isOfRequest)
    {
        var converter = attributes?.GetCustomAttributes(typeof(JsonConverterAttribute), true).OfType<JsonConverterAttribute>()
            .FirstOrDefault()?.ConverterType;
        if (converter == typeof(MinorUnitsConverter))
        {
            // Read as either, written as a string.
            schema.Type = isOfRequest ? JsonSchemaType.String | JsonSchemaType.Integer : JsonSchemaType.String;
            schema.Format = null;
            schema.Pattern = "^-?[0-9]{1,19}$";
        }
        else if (converter == typeof(Rfc3339Converter))
        {
            schema.Type = JsonSchemaType.String;
            schema.Format = "date-time";
        }
    }

    private static bool IsOfRequest(Type type) =>
        type.Name.EndsWith("Request", StringComparison.Ordinal) || type == typeof(Features.Usage.UsageEvent);
}
