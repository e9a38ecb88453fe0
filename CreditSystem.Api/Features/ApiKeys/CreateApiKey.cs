using CreditSystem.Api.Authentication;
using CreditSystem.Api.Http;
using CreditSystem.Api.SecurityAudit;
using CreditSystem.Identity.ApiKeys;
using CreditSystem.Identity.SecurityAudit;
using Microsoft.Extensions.Options;

namespace CreditSystem.Api.Features.ApiKeys;

internal static class CreateApiKey
{
    public static async Task<IResult> HandleAsync(HttpContext context, ApiKeyIssuer keys, IOptions<ApiKeyOptions> options, TimeProvider time, SecurityMetrics metrics)
    {
        var caller = context.GetCaller();
        if (!(await JsonBody.ReadAsync(context.Request, ApiKeyJson.Default.CreateApiKeyRequest)).TryGet(out var request, out var problem))
            return problem;
        if (RequestValidation.Text("name", request.Name, ApiKeyRules.MaxNameLength, required: true) is { } invalid)
            return invalid;
        if (ApiKeyRules.Lifetime(request.ExpiresInDays, options.Value) is { } tooLong)
            return tooLong;
        if (!ApiKeyRules.Scopes(caller, request.Scopes).TryGet(out var scopes, out problem))
            return problem;

        var issued = await keys.CreateAsync(caller, request.Name, scopes, request.ExpiresInDays, context.RequestAborted);
        metrics.Count(SecurityEvent.KeyCreated);
        context.Note(target: issued.Key.Id);
        return TypedResults.Created($"/v1/api-keys/{issued.Key.Id}", new IssuedApiKeyResponse(issued.Text, ApiKeyResponse.Of(issued.Key, time.GetUtcNow())));
    }
}
