using CreditSystem.Ledger.Orleans.Placement;
using CreditSystem.Ledger.Orleans.Status;
using Orleans.Concurrency;

namespace CreditSystem.Ledger.Orleans.Grains;

/// <summary>What other replicas ask of this one.</summary>
[Reentrant]
[AddressPlacement]
internal sealed class ReplicaGrain(CreditLedger ledger, ClusterView view, LocalReplica local) : Grain, IReplica
{
    public Task PrepareAsync(int partition) => ledger.Partitions[partition].SynchronizeAsync();

    public Task NoteLeavingAsync(SiloAddress replica)
    {
        view.NoteLeaving(replica);
        return Task.CompletedTask;
    }

    public Task<ReplicaReport> DescribeAsync() => Task.FromResult(local.Describe());
}
