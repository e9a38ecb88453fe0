using CreditSystem.Api.Features.Accounts;

namespace CreditSystem.Api.Payments.Endpoints;

internal static class CreatePayment
{
    public static async Task<Results<Created<PaymentResponse>, ProblemHttpResult>> HandleAsync(
        KeyedRequest<CreatePaymentRequest> request,
        StripeGateway provider, PaymentStore store, AccountLookup accounts, IOptions<PaymentOptions> options, TimeProvider time)
    {
        var (caller, body) = (request.Caller, request.Body);
        if (PaymentOffer.Find(options.Value, caller.Tenant, body.Currency) is not { } offer)
            return PaymentProblems.UnknownCurrency(options.Value, caller.Tenant);
        if (!PriceOf(body, offer).TryGet(out var price, out var problem))
            return problem;
        if (!provider.IsConfigured)
            return PaymentProblems.NotConfigured();
        if (body.Account is null && !caller.OwnAccountsOnly)
            return ApiProblems.BadRequest("invalid_account", "account is required: the account that gets the credits.");
        var account = body.Account ?? LedgerId.ForAccount(caller.Tenant, caller.Principal, offer.Asset).ToString("D");
        if (!(await accounts.FindAsync(caller, new AccountQuery { Id = account })).TryGet(out var found, out problem))
            return problem;
        if (found.IsSystem || found.Asset != offer.Asset)
            return ApiProblems.BadRequest("invalid_account", $"account must be a holder's account in {offer.Asset}.");

        var order = new PaymentOrder(caller.Tenant, found.Id, found.Asset, price.Credits, price.Price, offer.Currency);
        // To the millisecond, as the database keeps it: a retry gets the same answer.
        var now = WireNames.Time(time.GetUtcNow().ToUnixTimeMilliseconds()).UtcDateTime;
        return await BeginAsync(request, provider, store, order, now);
    }

    /// <summary>The provider first: cut off here, a retry gets the same payment from it, because the key is the same.</summary>
    private static async Task<Results<Created<PaymentResponse>, ProblemHttpResult>> BeginAsync(
        KeyedRequest request, StripeGateway provider, PaymentStore store, PaymentOrder order, DateTime now)
    {
        var (caller, key, id) = (request.Caller, request.Key, request.Key.Id.ToString("N"));
        if (await store.FindByRequestAsync(caller.Tenant, id, request.Aborted) is { } earlier)
        {
            if (!earlier.Fingerprint.AsSpan().SequenceEqual(key.Fingerprint))
                return LedgerProblems.KeyReused();
            request.MarkReplayed();
            return Created(earlier, (await provider.FindAsync(earlier.Id, request.Aborted)).ClientSecret);
        }

        var begun = await provider.BeginAsync(order, id, request.Aborted);
        var payment = await store.KeepAsync(
            Payment.Begun(begun.Id, id, key.Fingerprint, caller.Principal, order, begun.Status, now), request.Aborted);
        return Created(payment, begun.ClientSecret);
    }

    private static Created<PaymentResponse> Created(Payment payment, string? clientSecret) =>
        TypedResults.Created($"/v1/payments/intents/{payment.Id}", PaymentResponse.From(payment, clientSecret: clientSecret));

    private static Validated<(long Credits, int Price)> PriceOf(CreatePaymentRequest request, PaymentOffer offer)
    {
        if (request is { Package: not null, Amount: not null } or { Package: null, Amount: null })
            return ApiProblems.BadRequest("invalid_amount", "Name either a package or an amount.");
        if (request.Package is { } id)
            return offer.Packages.FirstOrDefault(package => package.Id == id) is { } package
                ? (package.Credits, package.Price)
                : ApiProblems.NotFound("package");

        var prices = offer.Prices;
        return request.Amount >= prices.MinPrice && request.Amount <= prices.MaxPrice
            ? ((long)request.Amount.Value * prices.UnitsPerPriceUnit, request.Amount.Value)
            : ApiProblems.BadRequest(
                "invalid_amount", $"amount must be between {prices.MinPrice} and {prices.MaxPrice} minor units of {offer.Currency}.");
    }
}
