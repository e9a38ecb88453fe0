using System.Diagnostics.Metrics;

namespace CreditSystem.Ledger.Orleans;

/// <summary>What the cluster measures: how often partitions change hands. Which are owned where is a metric of the ledger.</summary>
internal sealed class ClusterMetrics : IDisposable
{
    private readonly Meter meter;
    private readonly Counter<long> taken;
    private readonly Counter<long> handedOver;
    private long handedOverCount;

    public ClusterMetrics(IMeterFactory factory)
    {
        meter = factory.Create(LedgerMetrics.Name);
        taken = meter.CreateCounter<long>(
            "credit_system_cluster_partitions_taken", description: "Partitions that this replica has become the owner of");
        handedOver = meter.CreateCounter<long>(
            "credit_system_cluster_hand_overs", description: "Partitions that this replica has handed over to another");
    }

    public void Taken() => taken.Add(1);

    public void HandedOver()
    {
        Interlocked.Increment(ref handedOverCount);
        handedOver.Add(1);
    }

    public long HandedOverCount => Interlocked.Read(ref handedOverCount);

    public void Dispose() => meter.Dispose();
}
