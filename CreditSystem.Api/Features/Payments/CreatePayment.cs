using CreditSystem.Api.Authentication;
using CreditSystem.Api.Features.Accounts;
using CreditSystem.Api.Http;
using CreditSystem.Api.Payments;
using CreditSystem.Identity;
using CreditSystem.Ledger;
using CreditSystem.Ledger.Model;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace CreditSystem.Api.Features.Payments;

internal static class CreatePayment
{
    private const string Route = "/v1/payments/intents";

    public static async Task<IResult> HandleAsync(
        HttpContext context, StripeGateway provider, PaymentStore store, CreditLedger ledger, IOptions<PaymentOptions> options, TimeProvider time)
    {
        var caller = context.GetCaller();
        if (!(await JsonBody.ReadAsync(context.Request, PaymentJson.Default.CreatePaymentRequest)).TryGet(out var request, out var problem))
            return problem;
        if (!IdempotencyKey.Of(context, caller, Route, request, PaymentJson.Default.CreatePaymentRequest).TryGet(out var key, out problem))
            return problem;
        if (!PriceOf(request, options.Value).TryGet(out var offer, out problem))
            return problem;
        if (!provider.IsConfigured)
            return PaymentProblems.NotConfigured(context);
        if (request.Account is null && !caller.OwnAccountsOnly)
            return Refusal.BadRequest("invalid_account", "account is required: the account that gets the credits.");
        var account = request.Account ?? LedgerId.ForAccount(caller.Tenant, caller.Principal, options.Value.Asset).ToString("D");
        if (!(await AccountLookup.FindAsync(context, ledger, new AccountQuery(account))).TryGet(out var found, out problem))
            return problem;
        if (found.IsSystem || found.Asset != options.Value.Asset)
            return Refusal.BadRequest("invalid_account", $"account must be a holder's account in {options.Value.Asset}.");

        var order = new PaymentOrder(caller.Tenant, found.Id, offer.Credits, offer.Price, options.Value.Currency);
        try
        {
            return await BeginAsync(context, caller, provider, store, order, key, time.GetUtcNow().UtcDateTime);
        }
        catch (PaymentException failure)
        {
            return PaymentProblems.Of(context, failure);
        }
    }

    /// <summary>The provider first: cut off here, a retry gets the same payment from it, because the key is the same.</summary>
    private static async Task<IResult> BeginAsync(
        HttpContext context, Caller caller, StripeGateway provider, PaymentStore store, PaymentOrder order, IdempotencyKey key, DateTime now)
    {
        var (aborted, request) = (context.RequestAborted, key.Id.ToString("N"));
        if (await store.FindByRequestAsync(caller.Tenant, request, aborted) is { } earlier)
        {
            if (!earlier.Fingerprint.AsSpan().SequenceEqual(key.Fingerprint))
                return LedgerResults.KeyReused();
            context.Response.Headers[IdempotencyKey.ReplayedHeaderName] = "true";
            return Created(earlier, (await provider.FindAsync(earlier.Id, aborted)).ClientSecret);
        }

        var begun = await provider.BeginAsync(order, request, aborted);
        var payment = await store.KeepAsync(new Payment
        {
            Id = begun.Id,
            Tenant = caller.Tenant,
            Request = request,
            Fingerprint = key.Fingerprint,
            Principal = caller.Principal,
            Account = order.Account.ToString("D"),
            Credits = order.Credits,
            Price = order.Price,
            Currency = order.Currency,
            Status = begun.Status,
            CreatedAt = now,
        }, aborted);
        return Created(payment, begun.ClientSecret);
    }

    private static Created<PaymentResponse> Created(Payment payment, string? clientSecret) =>
        TypedResults.Created($"{Route}/{payment.Id}", PaymentResponse.Of(payment, clientSecret));

    private static Checked<(long Credits, int Price)> PriceOf(CreatePaymentRequest request, PaymentOptions options)
    {
        if (request is { Package: not null, Amount: not null } or { Package: null, Amount: null })
            return Refusal.BadRequest("invalid_amount", "Name either a package or an amount.");
        if (request.Package is { } id)
        {
            return options.Offer.FirstOrDefault(package => package.Id == id) is { } package
                ? (package.Credits, package.Price)
                : Refusal.NotFound("package");
        }

        return request.Amount >= options.MinPrice && request.Amount <= options.MaxPrice
            ? ((long)request.Amount.Value * options.UnitsPerPriceUnit, request.Amount.Value)
            : Refusal.BadRequest("invalid_amount", $"amount must be between {options.MinPrice} and {options.MaxPrice} minor units of {options.Currency}.");
    }
}
