using CreditSystem.Api.Features;
using CreditSystem.Api.Problems;
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
        {
            schema.Properties ??= new Dictionary<string, IOpenApiSchema>();
            schema.Properties[Problem.CodeMember] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "What a program tells errors apart by." };
            schema.Properties[Problem.TraceIdMember] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "What the logs know the request by." };
        }
        else if (context.JsonPropertyInfo?.AttributeProvider?.GetCustomAttributes(typeof(System.Text.Json.Serialization.JsonConverterAttribute), true)
            .OfType<System.Text.Json.Serialization.JsonConverterAttribute>().Any(converter => converter.ConverterType == typeof(MinorUnitsConverter)) == true)
        {
            schema.Type = JsonSchemaType.String;
            schema.Format = null;
            schema.Pattern = "^-?[0-9]{1,19}$";
        }
        return Task.CompletedTask;
    }
}
