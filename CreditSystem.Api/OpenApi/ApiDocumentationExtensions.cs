using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.OpenApi;

namespace CreditSystem.Api.OpenApi;

internal static class ApiDocumentationExtensions
{
    private const string DocumentName = "v1";

    /// <summary>Adds the OpenAPI 3.1 document of every route.</summary>
    internal static void AddApiDocumentation(this WebApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton(_ => RecordedExamples.Load());
        builder.Services.AddOpenApi(DocumentName, options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.CreateSchemaReferenceId = SchemaNames.Of;
            // HEAD is what GET is without a body (RFC 9110, section 9.3.2): nothing of its own to describe.
            options.ShouldInclude = route => route.HttpMethod != HttpMethods.Head;
            options.AddDocumentTransformer<DocumentTransformer>();
            options.AddOperationTransformer<OperationTransformer>();
            options.AddSchemaTransformer<SchemaTransformer>();
        });
    }

    /// <summary>Serves the document at <c>/openapi/v1.json</c>; it says nothing that a caller may not know.</summary>
    internal static void MapApiDocumentation(this IEndpointRouteBuilder routes) =>
        routes.MapOpenApi().AnswerHead().AllowAnonymous();
}
