using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace CreditSystem.Api.OpenApi;

/// <summary>Schemas that the types alone do not tell.</summary>
internal sealed class SchemaTransformer : IOpenApiSchemaTransformer
{
    /// <summary>An amount, whichever way it goes.</summary>
    private const string AmountPattern = "^-?[0-9]{1,19}$";

    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = context.JsonTypeInfo.Type;
        if (type == typeof(ProblemDetails))
            ProblemSchema.Describe(schema);
        else if (context.JsonPropertyInfo is { } property)
            DescribeMember(schema, property.PropertyType, property.AttributeProvider);
        else if (context.ParameterDescription?.ParameterDescriptor is IParameterInfoParameterDescriptor { ParameterInfo: { } parameter })
            Restrict(schema, parameter);
        if (type != typeof(ProblemDetails) && context.JsonTypeInfo.Kind is JsonTypeInfoKind.Object)
            DescribeObject(schema, context);

        // What has no value is absent: nothing is ever null. What it is by default its description says; as a keyword it makes
        // generators require the member.
        schema.Default = null;
        if (schema.Type is { } types && types != JsonSchemaType.Null)
            schema.Type = types & ~JsonSchemaType.Null;
        // The line breaks of a comment are none of its reader's.
        if (schema.Description is { } text)
            schema.Description = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return Task.CompletedTask;
    }

    private static void DescribeObject(OpenApiSchema schema, OpenApiSchemaTransformerContext context)
    {
        foreach (var member in context.JsonTypeInfo.Properties)
            if (member.IsGetNullable && !IsOfRequest(context.JsonTypeInfo.Type))
                schema.Required?.Remove(member.Name);
        if (IsOfRequest(context.JsonTypeInfo.Type))
            return;
        // A release may add members to an answer; unknown ones in a request are refused.
        schema.AdditionalPropertiesAllowed = true;
        schema.AdditionalProperties = null;
    }

    /// <summary>A converter is opaque to the framework.</summary>
    private static void DescribeMember(OpenApiSchema schema, Type type, ICustomAttributeProvider? attributes)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        var converter = attributes?.GetCustomAttributes(typeof(JsonConverterAttribute), true).OfType<JsonConverterAttribute>()
            .FirstOrDefault()?.ConverterType;
        if (converter == typeof(MinorUnitsConverter))
            // A request may have a number as well: a schema with two types is one that few generators read.
            (schema.Type, schema.Format, schema.Pattern) = (JsonSchemaType.String, null, AmountPattern);
        else if (type == typeof(DateTimeOffset))
            (schema.Type, schema.Format) = (JsonSchemaType.String, "date-time");
        else if (type == typeof(JsonElement))
            // Metadata is the one thing that is kept as it came.
            (schema.Type, schema.AdditionalProperties) = (JsonSchemaType.Object, new OpenApiSchema { Type = JsonSchemaType.String });
        if (attributes is not null)
            Restrict(schema, attributes);
    }

    private static void Restrict(OpenApiSchema schema, ICustomAttributeProvider attributes)
    {
        var values = attributes.GetCustomAttributes(inherit: true).Select(attribute => attribute switch
        {
            AllowedValuesAttribute allowed => allowed.Values.OfType<string>(),
            ValuesOfAttribute all => all.Values,
            _ => null,
        }).OfType<IEnumerable<string>>().FirstOrDefault();
        if (values is not null)
            (schema.Items as OpenApiSchema ?? schema).Enum = [.. values.Select(value => (JsonNode)JsonValue.Create(value))];
    }

    private static bool IsOfRequest(Type type) =>
        type.Name.EndsWith("Request", StringComparison.Ordinal) || type == typeof(Features.Usage.UsageEvent);
}
