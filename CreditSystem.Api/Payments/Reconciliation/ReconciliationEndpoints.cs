using System.ComponentModel;
using CreditSystem.Api.Hardening;
using CreditSystem.Api.Payments.Endpoints;

namespace CreditSystem.Api.Payments.Reconciliation;

/// <summary>For a tenant on the public port, and for all of them on the port of those who run the installation.</summary>
internal static class ReconciliationEndpoints
{
    private static readonly TimeSpan DefaultPeriod = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromDays(92);

    public static void MapReconciliation(this IEndpointRouteBuilder routes)
    {
        routes.MapV1().MapGet("/payments/reconciliation", OfTenantAsync).RequireScope(Scope.AuditRead).WithTags("Payments")
            .AnswerPaymentFailures().WithRequestTimeout(LongRead.Policy).ProducesReadProblems()
            .WithName("ReconcilePayments").WithSummary("Compare the payments of the provider with the ledger");
        routes.MapManagement().MapGet("/payments/reconciliation", OfAllAsync).WithRequestTimeout(LongRead.Policy).AnswerPaymentFailures();
    }

    private static Task<Results<Ok<PaymentReconciliationResponse>, ProblemHttpResult>> OfTenantAsync(
        RequestCaller caller, PaymentReconciliation reconciliation, ReconciliationScope scope, TimeProvider time,
        [Description("RFC 3339; by default a day before to.")] string? from, [Description("RFC 3339; by default now.")] string? to,
        CancellationToken cancellationToken) =>
        CompareAsync(reconciliation, scope.Of(caller.Tenant), time, from, to, cancellationToken);

    private static async Task<Results<Ok<PaymentReconciliationResponse>, ProblemHttpResult>> OfAllAsync(
        PaymentReconciliation reconciliation, ReconciliationScope scope, TimeProvider time, string? from, string? to,
        CancellationToken cancellationToken) =>
        await CompareAsync(reconciliation, await scope.OfAllAsync(cancellationToken), time, from, to, cancellationToken);

    private static async Task<Results<Ok<PaymentReconciliationResponse>, ProblemHttpResult>> CompareAsync(
        PaymentReconciliation reconciliation, IReadOnlyDictionary<string, IReadOnlyCollection<string>> tenants, TimeProvider time,
        string? from, string? to, CancellationToken cancellationToken)
    {
        if (!Timestamp.Period("from", from, "to", to).TryGet(out var period, out var problem))
            return problem;
        var until = period.Until is { } given ? WireNames.Time(given) : time.GetUtcNow();
        var since = period.From is { } begin ? WireNames.Time(begin) : until - DefaultPeriod;
        if (since >= until || until - since > LongestPeriod)
            return ApiProblems.BadRequest("invalid_range", $"from must be before to, by at most {LongestPeriod.TotalDays} days.");
        return TypedResults.Ok(await reconciliation.CompareAsync(tenants, since.UtcDateTime, until.UtcDateTime, cancellationToken));
    }
}

internal static class ReconciliationExtensions
{
    /// <summary>Adds the comparison of the provider with the ledger, and its daily run.</summary>
    public static void AddReconciliation(this IServiceCollection services)
    {
        services.AddSingleton<ProviderPayments>();
        services.AddSingleton<LedgerPurchases>();
        services.AddSingleton<PaymentReconciliation>();
        services.AddSingleton<ReconciliationStore>();
        services.AddSingleton<ReconciliationScope>();
        services.AddSingleton<ReconciliationMetrics>();
        services.AddSingleton<ReconciliationRunner>();
        services.AddHostedService(provider => provider.GetRequiredService<ReconciliationRunner>());
    }
}
