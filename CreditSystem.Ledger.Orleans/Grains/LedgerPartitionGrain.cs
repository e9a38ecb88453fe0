using CreditSystem.Ledger.Orleans.Placement;
using CreditSystem.Ledger.Partitions;
using Orleans.Concurrency;
using Orleans.Runtime.Placement;

namespace CreditSystem.Ledger.Orleans.Grains;

/// <summary>The right to commit a partition's commands, for as long as it is active in this process.</summary>
[Reentrant]
[KeepAlive]
[AssignedPlacement]
internal sealed class LedgerPartitionGrain(CreditLedger ledger, ClusterMetrics metrics) : Grain, ILedgerPartition
{
    private LedgerPartition partition = null!;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        partition = ledger.Partitions[(int)this.GetPrimaryKeyLong()];
        partition.OnOwnershipLost = () => GrainContext.Deactivate(
            new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "Another replica writes the log."));
        partition.TakeOwnership();
        metrics.Taken();
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await partition.ReleaseOwnershipAsync().WaitAsync(cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    public async Task<Immutable<byte[]>> CommitAsync(Immutable<byte[]> message) => new(await partition.AnswerAsync(message.Value));

    public Task EnsureActiveAsync() => Task.CompletedTask;

    public Task HandOverAsync(SiloAddress target)
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, target);
        MigrateOnIdle();
        return Task.CompletedTask;
    }
}
