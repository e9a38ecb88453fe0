using System.Globalization;
using System.Net;
using CreditSystem.Api.Payments.Notices;
using Stripe;

namespace CreditSystem.Api.Payments;

/// <summary>
/// The part of Stripe's API that is used; nothing else knows the types of Stripe.net. Its secrets are Vault's <c>stripe</c>.
/// </summary>
internal sealed class StripeGateway(
    IConfiguration configuration, IHttpClientFactory http, IOptions<PaymentOptions> options, TimeProvider time)
    : IPaymentProvider
{
    internal const string HttpClientName = "stripe";
    internal const string SecretKey = "stripe:secret_key";
    internal const string WebhookSecret = "stripe:webhook_secret";

    internal const string TenantMember = "credit_system_tenant";
    internal const string AccountMember = "credit_system_account";
    private const string AssetMember = "credit_system_asset";
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
                Metadata = MetadataOf(order),
            },
            new RequestOptions { IdempotencyKey = key }, cancellationToken)));

    /// <summary>Completes a payment with a payment method of the payer.</summary>
    /// <exception cref="PaymentException">Declined, or the provider did not do it.</exception>
    public Task<PaymentState> ConfirmAsync(
        string id, string paymentMethod, CancellationToken cancellationToken) => CallAsync(async client =>
        ToState(
            await new PaymentIntentService(client)
                .ConfirmAsync(id, new PaymentIntentConfirmOptions { PaymentMethod = paymentMethod }, null, cancellationToken)));

    /// <inheritdoc/>
    public Task<PaymentState> FindAsync(string id, CancellationToken cancellationToken) => CallAsync(async client =>
    {
        var options = new PaymentIntentGetOptions { Expand = ["latest_charge"] };
        var state = ToState(await new PaymentIntentService(client).GetAsync(id, options, null, cancellationToken));
        if (!state.IsPaid)
            return state;
        var (refunds, disputes) = (new List<Refund>(), new List<Dispute>());
        await foreach (var refund in new RefundService(client).ListAutoPagingAsync(
            new RefundListOptions { PaymentIntent = id, Limit = MaxListed }, null, cancellationToken))
            refunds.Add(new Refund(refund.Id, refund.Amount, refund.Status));
        await foreach (var dispute in new DisputeService(client).ListAutoPagingAsync(
            new DisputeListOptions { PaymentIntent = id, Limit = MaxListed }, null, cancellationToken))
            disputes.Add(new Dispute(
                dispute.Id, dispute.Amount, dispute.Status,
                dispute.BalanceTransactions is { Count: > 0 } moved ? moved.Sum(transaction => transaction.Amount) : null));
        return state with { Refunds = refunds, Disputes = disputes };
    });

    /// <summary>What an event says, once its signature and its age are proven.</summary>
    /// <returns>Null when it is not Stripe's, or too old.</returns>
    /// <exception cref="PaymentException">The secret that events are signed with has not been delivered.</exception>
    /// <exception cref="MalformedNoticeException">It is Stripe's, and not what an event looks like.</exception>
    public PaymentEvent? ReadEvent(string body, string? signature)
    {
        if (configuration[WebhookSecret] is not { Length: > 0 } secret)
            throw new PaymentException(PaymentFailure.NotConfigured);
        try
        {
            EventUtility.ValidateSignature(
                body, signature ?? "", secret, options.Value.NoticeToleranceSeconds, time.GetUtcNow().ToUnixTimeSeconds());
        }
        catch (Exception failure) when (failure is StripeException or FormatException or ArgumentException or OverflowException)
        {
            return null;
        }

        try
        {
            var received = EventUtility.ParseEvent(body, throwOnApiVersionMismatch: false);
            return new PaymentEvent(received.Id, received.Type, PaymentOf(received.Data?.Object));
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // The client library throws whatever its parts throw, of either JSON library.
            throw new MalformedNoticeException(RawNotice.Read(body), failure);
        }
    }

    private static string? PaymentOf(IHasObject? about) => about switch
    {
        PaymentIntent intent => intent.Id,
        Charge charge => charge.PaymentIntentId,
        Stripe.Refund refund => refund.PaymentIntentId,
        Stripe.Dispute dispute => dispute.PaymentIntentId,
        _ => null,
    };

    /// <summary>Calls Stripe with the key of now.</summary>
    /// <exception cref="PaymentException">Stripe did not do it.</exception>
    internal async Task<T> CallAsync<T>(Func<StripeClient, Task<T>> call)
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
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException { InnerException: TimeoutException }
            or System.Text.Json.JsonException)
        {
            throw new PaymentException(PaymentFailure.Unavailable, inner: failure);
        }
    }

    private static PaymentFailure Classify(StripeException failure) => (failure.HttpStatusCode, failure.StripeError?.Type) switch
    {
        _ when failure.StripeError is { Code: "resource_missing", Param: "payment_method" } => PaymentFailure.UnknownMethod,
        (_, "card_error") => PaymentFailure.Declined,
        (_, "idempotency_error") => PaymentFailure.KeyReused,
        (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, _) => PaymentFailure.NotConfigured,
        (HttpStatusCode.Conflict, _) => PaymentFailure.InFlight,
        (HttpStatusCode.NotFound, _) => PaymentFailure.NotFound,
        (HttpStatusCode.BadRequest, _) => PaymentFailure.Refused,
        _ => PaymentFailure.Unavailable,
    };

    internal static PaymentState ToState(PaymentIntent intent) => new(intent.Id, OrderOf(intent), intent.Status, intent.ClientSecret)
    {
        Received = intent.AmountReceived > 0 ? intent.AmountReceived : intent.Amount,
        ReceiptUrl = intent.LatestCharge?.ReceiptUrl,
    };

    internal static Dictionary<string, string> MetadataOf(PaymentOrder order) => new()
    {
        [TenantMember] = order.Tenant,
        [AccountMember] = order.Account.ToString("D"),
        [AssetMember] = order.Asset!,
        [CreditsMember] = order.Credits.ToString(CultureInfo.InvariantCulture),
    };

    private static PaymentOrder? OrderOf(PaymentIntent intent) =>
        intent.Metadata is { } metadata
        && metadata.TryGetValue(TenantMember, out var tenant)
        && metadata.TryGetValue(AccountMember, out var account) && RequestValidation.TryParseId(account, out var accountId)
        && metadata.TryGetValue(CreditsMember, out var credits)
        && long.TryParse(credits, NumberStyles.None, CultureInfo.InvariantCulture, out var units)
        && intent.Amount > 0
            ? new PaymentOrder(
                tenant, accountId, metadata.GetValueOrDefault(AssetMember), units, intent.Amount, intent.Currency)
            : null;
}
