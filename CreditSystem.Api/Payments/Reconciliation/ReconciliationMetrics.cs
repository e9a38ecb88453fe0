using System.Diagnostics.Metrics;

namespace CreditSystem.Api.Payments.Reconciliation;

/// <summary>What the last daily run has found, on the replica whose task it is.</summary>
internal sealed class ReconciliationMetrics
{
    private ReconciliationRun? last;

    public ReconciliationMetrics(IMeterFactory factory, TimeProvider time)
    {
        var meter = factory.Create("CreditSystem.Payments.Reconciliation");
        meter.CreateObservableGauge(
            "credit_system_payment_differences",
            () => last is { } run
                ? DifferenceKinds.All.Select(kind => new Measurement<int>(
                    run.Differences.GetValueOrDefault(kind), new KeyValuePair<string, object?>("kind", kind)))
                : [],
            description: "Payments in which the provider and the ledger differ, by kind");
        meter.CreateObservableGauge(
            "credit_system_payment_reconciliation_age",
            () =>
                last is { } run
                    ? [new Measurement<double>((time.GetUtcNow().UtcDateTime - run.At).TotalSeconds)]
                    : Array.Empty<Measurement<double>>(),
            "s", "Time since provider and ledger were compared");
    }

    /// <param name="run">The last one; null while it is another replica's task, or there has been none.</param>
    public void Show(ReconciliationRun? run) => last = run;
}
