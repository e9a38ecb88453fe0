using System.Net;
using CreditSystem.Api.Authentication;
using CreditSystem.Api.Http;
using CreditSystem.Api.Problems;
using CreditSystem.Api.SecurityAudit;
using CreditSystem.Api.Webhooks;
using CreditSystem.Ledger;
using CreditSystem.Ledger.Outbox;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace CreditSystem.Api.Features.Webhooks;

internal static class CreateWebhookEndpoint
{
    private const int MaxUrlLength = 2048;

    public static async Task<IResult> HandleAsync(
        HttpContext context, WebhookStore store, WebhookSecrets secrets, CreditLedger ledger, IOptions<WebhookOptions> options, TimeProvider time)
    {
        var (caller, aborted) = (context.GetCaller(), context.RequestAborted);
        if (!(await JsonBody.ReadAsync(context.Request, WebhookJson.Default.CreateWebhookEndpointRequest)).TryGet(out var request, out var problem))
            return problem;
        if (CheckUrl(request.Url, options.Value.AllowPrivateAddresses) is { } invalid)
            return invalid;
        if (request.Types?.Except(LedgerEvents.All, StringComparer.Ordinal).Any() == true)
            return Refusal.BadRequest("invalid_types", $"types must be some of {string.Join(", ", LedgerEvents.All)}.");
        if ((await store.ListAsync(caller.Tenant, aborted)).Count >= options.Value.MaxEndpointsPerTenant)
            return Problem.Of(StatusCodes.Status422UnprocessableEntity, "limit_exceeded", $"A tenant has at most {options.Value.MaxEndpointsPerTenant} endpoints.");

        var partition = ledger.PartitionOf(caller.Tenant);
        await partition.SynchronizeAsync();
        var id = $"whe_{Guid.CreateVersion7(time.GetUtcNow()):N}";
        var (shown, kept) = await secrets.CreateAsync(id, aborted);
        var endpoint = new WebhookEndpoint
        {
            Id = id,
            Tenant = caller.Tenant,
            Url = request.Url,
            Types = [.. request.Types?.Distinct(StringComparer.Ordinal) ?? []],
            Secret = kept,
            Partition = partition.Number,
            Since = partition.Status.Head,
            Cursor = partition.Status.Head,
            CreatedAt = time.GetUtcNow().UtcDateTime,
        };
        await store.InsertAsync(endpoint, aborted);
        context.Note(target: id);
        return TypedResults.Created($"/v1/webhook-endpoints/{id}", new IssuedWebhookEndpointResponse(shown, WebhookEndpointResponse.Of(endpoint, time.GetUtcNow())));
    }

    /// <summary>What can be told beforehand; where the name leads is judged when it is connected to.</summary>
    private static ProblemHttpResult? CheckUrl(string url, bool allowsPrivate)
    {
        if (url.Length > MaxUrlLength || !Uri.TryCreate(url, UriKind.Absolute, out var address) || address.UserInfo.Length > 0 || address.Fragment.Length > 0)
            return Refusal.BadRequest("invalid_url", $"url must be an absolute address of at most {MaxUrlLength} characters, without credentials.");
        if (address.Scheme != Uri.UriSchemeHttps && !(allowsPrivate && address.Scheme == Uri.UriSchemeHttp))
            return Refusal.BadRequest("invalid_url", "url must be an https address.");
        if (!allowsPrivate && (address.IsLoopback || IPAddress.TryParse(address.IdnHost.Trim('[', ']'), out var literal) && !PublicAddresses.Contains(literal)))
            return Refusal.BadRequest("invalid_url", "url must be at a public address.");
        return null;
    }
}
