using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace CreditSystem.Api.OpenApi;

/// <summary>What holds for the whole API: its description, its two kinds of credential, its areas, and what it sends by itself.</summary>
internal sealed class DocumentTransformer(RecordedExamples examples) : IOpenApiDocumentTransformer
{
    internal const string BearerScheme = "bearer";
    internal const string ApiKeyScheme = "apiKey";

    /// <summary>The areas, in the order in which one meets them.</summary>
    private static readonly (string Name, string Description)[] Areas =
    [
        ("Authentication", "Registering, logging in, and who a credential stands for. Programs need none of it: they have an API key."),
        ("Accounts", "What a holder has of an asset: its balances, entries and statements."),
        ("Transfers", "Moving credits between two accounts, one or many at a time, and taking a transfer back."),
        ("Holds", "Setting credits aside before it is known how much will be needed, then taking or releasing them."),
        ("Grants", "Credits with terms of their own. They are spent by priority, then the earliest expiry first."),
        ("Usage", "Charging what was used, each event once however often it is sent."),
        ("Payments", "Buying credits by card, refunds and disputes, what is owed after them, and topping up by itself."),
        ("Webhooks", "Being told of what happens, by signed requests to an address of the tenant's."),
        ("Users", "The people of a tenant and what they may do."),
        ("API keys", "The credentials of programs."),
        ("Audit", "Who did what, and proof that the ledger adds up and was not changed."),
        ("Modules", "How the parts of the installation are."),
    ];

    public async Task TransformAsync(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "CreditSystem",
            Version = "v1",
            Description = """
                A multi-tenant credit ledger.

                - Amounts are whole minor units, as strings of digits. A request may have them as JSON integers as well.
                - What has no value is absent: no member of an answer is null.
                - Times are RFC 3339, in answers always UTC and to the millisecond.
                - What moves credits needs an `Idempotency-Key` and is then done once, however often it is sent.
                - Errors are problems (RFC 9457) with a stable `code`.
                - Lists come in pages: pass `next_cursor` as `cursor` until there is none.
                """,
            Contact = new OpenApiContact { Name = "Who runs this installation" },
        };
        foreach (var server in document.Servers ?? [])
            server.Url = server.Url?.TrimEnd('/');
        AddCredentials(document.Components ??= new OpenApiComponents());
        var named = document.Tags?.Select(tag => tag.Name).ToHashSet() ?? [];
        document.Tags = Areas.Where(area => named.Contains(area.Name))
            .Select(area => new OpenApiTag { Name = area.Name, Description = area.Description }).ToHashSet();
        DocumentedHeaders.Define(document);
        await WebhookDescriptions.AddAsync(document, context, examples, cancellationToken);
        SchemaCleanup.Apply(document);
    }

    private static void AddCredentials(OpenApiComponents components)
    {
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
    }
}
