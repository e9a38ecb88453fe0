using CreditSystem.Api.Features.Accounts;
using CreditSystem.Api.Payments.Endpoints;
using CreditSystem.Api.SecurityAudit;

namespace CreditSystem.Api.Payments.TopUps.Endpoints;

internal static class PutTopUp
{
    private const int MaxPaymentMethodLength = 255;

    public static async Task<Results<Ok<TopUpResponse>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, JsonBody<PutTopUpRequest> body, string id, SecurityAuditNote audit, AccountLookup accounts,
        CreditLedger ledger, TopUpStore store, SavedCards cards, StripeGateway provider, IOptions<PaymentOptions> offers,
        IOptions<TopUpOptions> options, TimeProvider time, CancellationToken cancellationToken)
    {
        var request = body.Value;
        if (!(await accounts.FindAsync(caller, new AccountQuery { Id = id })).TryGet(out var account, out var problem))
            return problem;
        audit.EnrichAudit(target: account.Id.ToString("D"));
        if (PaymentOffer.Find(offers.Value, caller.Tenant, request.Currency) is not { } offer)
            return PaymentProblems.UnknownCurrency(offers.Value, caller.Tenant);
        if (Check(request, account, offer, options.Value) is { } invalid)
            return invalid;
        if (!provider.IsConfigured)
            return PaymentProblems.NotConfigured();
        var before = await store.FindAsync(caller.Tenant, account.Id.ToString("D"), cancellationToken);
        try
        {
            var card = await cards.SaveAsync(
                caller.Tenant, account.Id.ToString("D"), before?.Terms.Card.Customer, request.PaymentMethod, cancellationToken);
            var terms = new TopUpTerms(
                caller.Principal, request.Threshold, request.Amount, request.Package, request.Target, offer.Currency, request.DailyCap,
                request.MonthlyCap, card);
            var now = time.GetUtcNow().UtcDateTime;
            var policy = With(before, terms, caller.Tenant, account, ledger.PartitionOf(caller.Tenant).Number, now);
            return await store.TryReplaceAsync(before, policy, cancellationToken) is { } stored
                ? TypedResults.Ok(TopUpResponse.From(stored, now))
                : TopUpProblems.Changed();
        }
        catch (PaymentException failure)
            when (failure.Failure is PaymentFailure.NotFound or PaymentFailure.UnknownMethod or PaymentFailure.Refused)
        {
            return PaymentProblems.UnknownMethod();
        }
    }

    /// <summary>New terms begin anew: declines are forgotten, and the account is looked at now.</summary>
    private static TopUpPolicy With(
        TopUpPolicy? before, TopUpTerms terms, string tenant, AccountState account, int partition, DateTime now) => before is null
        ? new TopUpPolicy
        {
            Account = account.Id.ToString("D"),
            Tenant = tenant,
            Partition = partition,
            Version = 0,
            Status = TopUpPolicy.Active,
            Terms = terms,
            NextAt = now,
        }
        : before with
        {
            Status = TopUpPolicy.Active,
            Terms = terms,
            Declines = 0,
            Reason = null,
            NextAt = before.Charge is null ? now : before.NextAt,
        };

    private static ProblemHttpResult? Check(PutTopUpRequest request, AccountState account, PaymentOffer offer, TopUpOptions options)
    {
        if (account.IsSystem || account.Asset != offer.Asset)
            return ApiProblems.BadRequest("invalid_account", $"The account must be a holder's account in {offer.Asset}.");
        if (RequestValidation.Text("payment_method", request.PaymentMethod, MaxPaymentMethodLength, required: true) is { } invalid)
            return invalid;
        if (request.Threshold < 1)
            return ApiProblems.BadRequest("invalid_threshold", "threshold must be positive.");
        if ((request.Amount is null ? 0 : 1) + (request.Package is null ? 0 : 1) + (request.Target is null ? 0 : 1) != 1)
            return ApiProblems.BadRequest("invalid_amount", "Name exactly one of amount, package and target.");
        if (request.Amount < offer.Prices.MinPrice || request.Amount > offer.Prices.MaxPrice)
            return ApiProblems.BadRequest(
                "invalid_amount",
                $"amount must be between {offer.Prices.MinPrice} and {offer.Prices.MaxPrice} minor units of {offer.Currency}.");
        if (request.Target <= request.Threshold)
            return ApiProblems.BadRequest("invalid_amount", "target must be above the threshold.");
        var terms = new TopUpTerms(
            "", request.Threshold, request.Amount, request.Package, request.Target, offer.Currency, 0, 0,
            new SavedCard("", "", null, null));
        if (TopUpRules.Purchase(terms, offer, available: 0) is not { } purchase)
            return request.Package is null
                ? ApiProblems.BadRequest("invalid_amount", "A payment for that target would be too large.")
                : ApiProblems.NotFound("package");
        if (purchase.Credits < request.Threshold)
            return ApiProblems.BadRequest(
                "invalid_amount", "One top-up must buy at least the threshold, or it would be followed by another.");
        return purchase.Price > request.DailyCap || request.DailyCap > request.MonthlyCap
            || request.DailyCap > options.MaxPerDay || request.MonthlyCap > options.MaxPerMonth
            ? ApiProblems.BadRequest(
                "invalid_cap", $"daily_cap must be at least the price of one top-up ({purchase.Price}) and at most monthly_cap and "
                    + $"{options.MaxPerDay}; monthly_cap at most {options.MaxPerMonth}.")
            : null;
    }
}
