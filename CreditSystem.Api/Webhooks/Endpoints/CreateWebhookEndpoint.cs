using System.Net;
using CreditSystem.Api.SecurityAudit;

namespace CreditSystem.Api.Webhooks.Endpoints;

internal static class CreateWebhookEndpoint
{
    private const int MaxUrlLength = 2048;

    public static async Task<Results<Created<IssuedWebhookEndpointResponse>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, JsonBody<CreateWebhookEndpointRequest> body, SecurityAuditNote audit,
        WebhookStore store, WebhookSecrets secrets, CreditLedger ledger, IOptions<WebhookOptions> options, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var request = body.Value;
        if ((CheckUrl(request.Url, options.Value.AllowPrivateAddresses) ?? CheckTypes(request.Types)) is { } invalid)
            return invalid;
        if ((await store.ListAsync(caller.Tenant, cancellationToken)).Count >= options.Value.MaxEndpointsPerTenant)
            return ApiProblems.Create(
                StatusCodes.Status422UnprocessableEntity, "limit_exceeded",
                $"A tenant has at most {options.Value.MaxEndpointsPerTenant} endpoints.");
        var partition = ledger.PartitionOf(caller.Tenant);
        await partition.SynchronizeAsync();
        var id = $"whe_{Guid.CreateVersion7(time.GetUtcNow()):N}";
        var (plaintext, ciphertext) = await secrets.CreateAsync(id, cancellationToken);
        var endpoint = new WebhookEndpoint
        {
            Id = id,
            Tenant = caller.Tenant,
            Url = request.Url,
            Types = [.. request.Types?.Distinct(StringComparer.Ordinal) ?? []],
            Secret = ciphertext,
            Partition = partition.Number,
            Since = partition.Status.Head,
            Cursor = partition.Status.Head,
            CreatedAt = time.GetUtcNow().UtcDateTime,
        };
        await store.InsertAsync(endpoint, cancellationToken);
        audit.EnrichAudit(target: id);
        return TypedResults.Created(
            $"/v1/webhook-endpoints/{id}",
            new IssuedWebhookEndpointResponse(plaintext, WebhookEndpointResponse.From(endpoint, time.GetUtcNow())));
    }

    internal static ProblemHttpResult? CheckTypes(IReadOnlyList<string>? types) =>
        types?.Except(WebhookTypes.All, StringComparer.Ordinal).Any() == true
            ? ApiProblems.BadRequest("invalid_types", $"types must be some of {string.Join(", ", WebhookTypes.All)}.")
            : null;

    /// <summary>What can be told beforehand; where the name leads is judged when it is connected to.</summary>
    internal static ProblemHttpResult? CheckUrl(string url, bool allowsPrivate)
    {
        // A line break at the end is no part of an address, and is not refused as such.
        if (url.Length > MaxUrlLength || url.Any(char.IsWhiteSpace) || !Uri.TryCreate(url, UriKind.Absolute, out var address)
            || address.UserInfo.Length > 0 || address.Fragment.Length > 0)
            return ApiProblems.BadRequest(
                "invalid_url", $"url must be an absolute address of at most {MaxUrlLength} characters, without credentials and blanks.");
        if (address.Scheme != Uri.UriSchemeHttps && !(allowsPrivate && address.Scheme == Uri.UriSchemeHttp))
            return ApiProblems.BadRequest("invalid_url", "url must be an https address.");
        if (!allowsPrivate
            && (
                address.IsLoopback
                    || IPAddress.TryParse(address.IdnHost.Trim('[', ']'), out var literal) && !PublicAddresses.Contains(literal)))
            return ApiProblems.BadRequest("invalid_url", "url must be at a public address.");
        return null;
    }
}
