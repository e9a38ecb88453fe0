using CreditSystem.Api.Features.Accounts;
using CreditSystem.Api.Payments.Endpoints;
using CreditSystem.Api.SecurityAudit;

namespace CreditSystem.Api.Payments.TopUps.Endpoints;

internal static class TopUpEndpoints
{
    public static void MapTopUpEndpoints(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/accounts/{id}/top-up").WithTags("Payments").RequireScope(Scope.PaymentsWrite)
            .AnswerPaymentFailures();
        group.MapGet("", ReadAsync).ProducesReadProblems().ProducesProblems(404).WithName("GetTopUp")
            .WithSummary("Read how an account is topped up by itself");
        group.MapPut("", PutTopUp.HandleAsync).ProducesReadProblems().ProducesProblems(400, 402, 404, 409, 415, 422).WithName("PutTopUp")
            .WithSummary("Top an account up by itself, with a saved payment method");
        group.MapDelete("", RemoveAsync).ProducesReadProblems().ProducesProblems(404, 409).WithName("RemoveTopUp")
            .WithSummary("Top an account up no more");
    }

    private static async Task<Results<Ok<TopUpResponse>, ProblemHttpResult>> ReadAsync(
        RequestCaller caller, string id, AccountLookup accounts, TopUpStore store, TimeProvider time,
        CancellationToken cancellationToken) =>
        (await FindAsync(caller, id, accounts, store, cancellationToken))
            .Answer(policy => TypedResults.Ok(TopUpResponse.From(policy, time.GetUtcNow().UtcDateTime)));

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(
        RequestCaller caller, string id, AccountLookup accounts, TopUpStore store, SavedCards cards, SecurityAuditNote audit,
        CancellationToken cancellationToken)
    {
        if (!(await FindAsync(caller, id, accounts, store, cancellationToken)).TryGet(out var policy, out var problem))
            return problem;
        audit.EnrichAudit(target: policy.Account);
        // What was charged counts on, should it be set again.
        var removed = policy with { Status = TopUpPolicy.Removed, NextAt = policy.Charge is null ? null : policy.NextAt };
        if (await store.TryReplaceAsync(policy, removed, cancellationToken) is null)
            return TopUpProblems.Changed();
        try
        {
            if (policy.Charge is null)
                await cards.ForgetAsync(policy.Terms.Card, cancellationToken);
        }
        catch (PaymentException)
        {
            // Nothing charges it any more; that it is forgotten as well is a courtesy.
        }

        return TypedResults.NoContent();
    }

    private static async Task<Validated<TopUpPolicy>> FindAsync(
        RequestCaller caller, string id, AccountLookup accounts, TopUpStore store, CancellationToken cancellationToken)
    {
        if (!(await accounts.FindAsync(caller, new AccountQuery { Id = id })).TryGet(out var account, out var problem))
            return problem;
        return await store.FindAsync(
            caller.Tenant, account.Id.ToString("D"), cancellationToken) is { Status: not TopUpPolicy.Removed } policy
            ? policy
            : ApiProblems.NotFound("top_up");
    }
}

internal static class TopUpProblems
{
    /// <summary>Somebody else has changed it at the same time.</summary>
    public static ProblemHttpResult Changed() => ApiProblems.Create(
        StatusCodes.Status409Conflict, "top_up_changed", "The top-up was changed at the same time. Read it, and try again.");
}
