using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace CreditSystem.Api.OpenApi;

/// <summary>What holds for the whole API: its description and its two kinds of credential.</summary>
internal sealed class DocumentTransformer : IOpenApiDocumentTransformer
{
    internal const string BearerScheme = "bearer";
    internal const string ApiKeyScheme = "apiKey";

    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "CreditSystem",
            Version = "v1",
            Description = """
                A multi-tenant credit ledger. Amounts are whole minor units, as strings of digits. What moves credits needs an
                `Idempotency-Key` and is then exactly once. Errors are problems (RFC 9457) with a stable `code`.
                """,
        };
        var components = document.Components ??= new OpenApiComponents();
        components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        components.SecuritySchemes[BearerScheme] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            BearerFormat = "JWT",
            Description = $"An access token, or an API key. Scopes: {string.Join(", ", Identity.Scope.All)}.",
        };
        components.SecuritySchemes[ApiKeyScheme] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = "X-API-Key",
            Description = "An API key of the tenant.",
        };
        return Task.CompletedTask;
    }
}
