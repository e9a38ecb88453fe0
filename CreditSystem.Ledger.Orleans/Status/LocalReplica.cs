using Microsoft.Extensions.Options;

namespace CreditSystem.Ledger.Orleans.Status;

/// <summary>This replica, as it tells the others of itself.</summary>
internal sealed class LocalReplica(CreditLedger ledger, IOptions<ClusterOptions> options, ClusterMetrics? metrics = null)
{
    public ReplicaReport Describe() => new(
        options.Value.Name, metrics?.HandedOverCount ?? 0,
        [
            .. ledger.Partitions.Select(partition =>
            {
                var (tenure, status) = (partition.Tenure, partition.Status);
                return new LogReport(
                    partition.Number, partition.IsOwned, tenure.Since, tenure.Taken, tenure.Lost, status.Head, status.Unprojected,
                    partition.CheckpointAge.TotalSeconds, partition.QueueDepth, partition.ForwardedDepth);
            }),
        ]);
}
