using System.Diagnostics.Metrics;

namespace CreditSystem.Ledger.Orleans;

/// <summary>What the cluster measures: which partitions this replica owns, and how often they change hands.</summary>
internal sealed class ClusterMetrics : IDisposable
{
    private readonly Meter meter;
    private readonly Counter<long> taken;
    private readonly Counter<long> handedOver;

    public ClusterMetrics(IMeterFactory factory, CreditLedger ledger)
    {
        meter = factory.Create(LedgerMetrics.Name);
        taken = meter.CreateCounter<long>(
            "credit_system_cluster_partitions_taken", description: "Partitions that this replica has become the owner of");
        handedOver = meter.CreateCounter<long>(
            "credit_system_cluster_hand_overs", description: "Partitions that this replica has handed over to another");
        meter.CreateObservableGauge(
            "credit_system_cluster_partition_owned",
            () => ledger.Partitions.Select(partition => new Measurement<long>(
                partition.IsOwned ? 1 : 0, new KeyValuePair<string, object?>("partition", partition.Number))),
            description: "1 for each partition that this replica owns, 0 for the others");
    }

    public void Taken() => taken.Add(1);

    public void HandedOver() => handedOver.Add(1);

    public void Dispose() => meter.Dispose();
}
