using CreditSystem.Api.SecurityAudit;
using CreditSystem.Identity.ApiKeys;
using CreditSystem.Identity.SecurityAudit;

namespace CreditSystem.Api.Features.ApiKeys;

internal static class CreateApiKey
{
    public static async Task<Results<Created<IssuedApiKeyResponse>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, JsonBody<CreateApiKeyRequest> body, SecurityAuditNote audit,
        ApiKeyIssuer keys, IOptions<ApiKeyOptions> options, TimeProvider time, SecurityMetrics metrics, CancellationToken cancellationToken)
    {
        var request = body.Value;
        if ((RequestValidation.Text("name", request.Name, ApiKeyRules.MaxNameLength, required: true)
            ?? ApiKeyRules.Lifetime(request.ExpiresInDays, options.Value)) is { } invalid)
            return invalid;
        if (!ApiKeyRules.Scopes(caller, request.Scopes).TryGet(out var scopes, out var problem))
            return problem;
        var issued = await keys.CreateAsync(caller, request.Name, scopes, request.ExpiresInDays, cancellationToken);
        metrics.Count(SecurityEvent.KeyCreated);
        audit.EnrichAudit(target: issued.Key.Id);
        return TypedResults.Created(
            $"/v1/api-keys/{issued.Key.Id}", new IssuedApiKeyResponse(issued.Text, ApiKeyResponse.From(issued.Key, time.GetUtcNow())));
    }
}
