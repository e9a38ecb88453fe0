using System.Globalization;
using System.Net;
using Microsoft.Extensions.Options;
using Stripe;

namespace CreditSystem.Api.Payments;

/// <summary>
/// The part of Stripe's API that is used; nothing else knows the types of Stripe.net. Its secrets are Vault's <c>stripe</c>.
/// </summary>
internal sealed class StripeGateway(
    IConfiguration configuration, IHttpClientFactory http, IOptions<PaymentOptions> options, TimeProvider time)
{
    internal const string HttpClientName = "stripe";
    internal const string SecretKey = "stripe:secret_key";
    internal const string WebhookSecret = "stripe:webhook_secret";

    private const string TenantMember = "credit_system_tenant";
    private const string AccountMember = "credit_system_account";
    private const string CreditsMember = "credit_system_credits";
    private const long MaxListed = 100;

    public bool IsConfigured => configuration[SecretKey] is { Length: > 0 } && configuration[WebhookSecret] is { Length: > 0 };

    /// <summary>Begins a payment; with the same key once, however often it is asked.</summary>
    /// <exception cref="PaymentException">The provider did not do it.</exception>
    public Task<PaymentState> BeginAsync(PaymentOrder order, string key, CancellationToken cancellationToken) => CallAsync(async client =>
        ToState(await new PaymentIntentService(client).CreateAsync(
            new PaymentIntentCreateOptions
            {
                Amount = order.Price,
                Currency = order.Currency,
                AutomaticPaymentMethods = new() { Enabled = true, AllowRedirects = "never" },
                Metadata = new()
                {
                    [TenantMember] = order.Tenant,
                    [AccountMember] = order.Account.ToString("D"),
                    [CreditsMember] = order.Credits.ToString(CultureInfo.InvariantCulture),
                },
            },
            new RequestOptions { IdempotencyKey = key }, cancellationToken)));

    /// <summary>Completes a payment with a payment method of the payer.</summary>
    /// <exception cref="PaymentException">Declined, or the provider did not do it.</exception>
    public Task<PaymentState> ConfirmAsync(
        string id, string paymentMethod, CancellationToken cancellationToken) => CallAsync(async client =>
        ToState(
            await new PaymentIntentService(client)
                .ConfirmAsync(id, new PaymentIntentConfirmOptions { PaymentMethod = paymentMethod }, null, cancellationToken)));

    /// <summary>The payment with all that has become of it.</summary>
    /// <exception cref="PaymentException">There is none, or the provider does not answer.</exception>
    public Task<PaymentState> FindAsync(string id, CancellationToken cancellationToken) => CallAsync(async client =>
    {
        var state = ToState(await new PaymentIntentService(client).GetAsync(id, null, null, cancellationToken));
        if (!state.IsPaid)
            return state;
        var refunds = await new RefundService(client)
            .ListAsync(new RefundListOptions { PaymentIntent = id, Limit = MaxListed }, null, cancellationToken);
        var disputes = await new DisputeService(client)
            .ListAsync(new DisputeListOptions { PaymentIntent = id, Limit = MaxListed }, null, cancellationToken);
        return state with
        {
            // Newest first is how Stripe lists them.
            Refunds = [.. refunds.Data.AsEnumerable().Reverse().Where(refund => refund.Status is "succeeded" or "pending")
                .Select(refund => new Refund(refund.Id, refund.Amount))],
            Disputes = [.. disputes.Data.AsEnumerable().Reverse()
                .Select(dispute => new Dispute(dispute.Id, dispute.Amount, dispute.Status is "won" or "warning_closed"))],
        };
    });

    /// <summary>What an event says, once its signature and its age are proven.</summary>
    /// <returns>Null when it is not Stripe's, or too old.</returns>
    /// <exception cref="PaymentException">The secret that events are signed with has not been delivered.</exception>
    public PaymentEvent? ReadEvent(string body, string? signature)
    {
        if (configuration[WebhookSecret] is not { Length: > 0 } secret)
            throw new PaymentException(PaymentFailure.NotConfigured);
        try
        {
            var received = EventUtility.ConstructEvent(
                body, signature ?? "", secret, options.Value.NoticeToleranceSeconds, time.GetUtcNow().ToUnixTimeSeconds(),
                throwOnApiVersionMismatch: false);
            return new PaymentEvent(received.Id, received.Type, received.Data?.Object switch
            {
                PaymentIntent intent => intent.Id,
                Charge charge => charge.PaymentIntentId,
                Stripe.Refund refund => refund.PaymentIntentId,
                Stripe.Dispute dispute => dispute.PaymentIntentId,
                _ => null,
            });
        }
        catch (Exception failure) when (failure is StripeException or FormatException or ArgumentException
            || failure.GetType().Namespace?.StartsWith("Newtonsoft.Json", StringComparison.Ordinal) == true)
        {
            return null;
        }
    }

    private async Task<T> CallAsync<T>(Func<StripeClient, Task<T>> call)
    {
        if (configuration[SecretKey] is not { Length: > 0 } key)
            throw new PaymentException(PaymentFailure.NotConfigured);
        // One object per call, so that a rotated key is in use at once; the connections are the factory's.
        var client = new StripeClient(
            key, httpClient: new SystemNetHttpClient(http.CreateClient(HttpClientName), maxNetworkRetries: 1, enableTelemetry: false),
            apiBase: options.Value.ApiBase?.ToString().TrimEnd('/'));
        try
        {
            return await call(client);
        }
        catch (StripeException failure)
        {
            throw new PaymentException(Classify(failure), failure.StripeError?.DeclineCode ?? failure.StripeError?.Code, failure);
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException { InnerException: TimeoutException })
        {
            throw new PaymentException(PaymentFailure.Unavailable, inner: failure);
        }
    }

    private static PaymentFailure Classify(StripeException failure) => (failure.HttpStatusCode, failure.StripeError?.Type) switch
    {
        (_, "card_error") => PaymentFailure.Declined,
        (_, "idempotency_error") => PaymentFailure.KeyReused,
        (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, _) => PaymentFailure.NotConfigured,
        (HttpStatusCode.Conflict, _) => PaymentFailure.InFlight,
        (HttpStatusCode.NotFound, _) => PaymentFailure.NotFound,
        (HttpStatusCode.BadRequest, _) => PaymentFailure.Refused,
        _ => PaymentFailure.Unavailable,
    };

    private static PaymentState ToState(PaymentIntent intent) => new(intent.Id, OrderOf(intent), intent.Status, intent.ClientSecret);

    private static PaymentOrder? OrderOf(PaymentIntent intent) =>
        intent.Metadata is { } metadata
        && metadata.TryGetValue(TenantMember, out var tenant)
        && metadata.TryGetValue(AccountMember, out var account) && Guid.TryParseExact(account, "D", out var accountId)
        && metadata.TryGetValue(CreditsMember, out var credits)
        && long.TryParse(credits, NumberStyles.None, CultureInfo.InvariantCulture, out var units)
            ? new PaymentOrder(tenant, accountId, units, (int)intent.Amount, intent.Currency)
            : null;
}
