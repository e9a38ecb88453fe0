using CreditSystem.Ledger.Orleans.Grains;
using CreditSystem.Ledger.Orleans.Membership;
using CreditSystem.Ledger.Partitions;
using Microsoft.Extensions.Options;

namespace CreditSystem.Ledger.Orleans.Placement;

/// <summary>
/// Has every partition owned by the replica that it is assigned to: hands over what is another's, sees to it that what is this one's is
/// active, and hands all over before this one ends.
/// </summary>
internal sealed partial class PartitionBalancer(
    CreditLedger ledger, ClusterView view, IGrainFactory grains, ILocalSiloDetails self, IClusterMembershipService members,
    IOptions<ClusterOptions> options, ClusterMetrics metrics, TimeProvider time, ILogger<PartitionBalancer> logger) : BackgroundService
{
    // Also without news: a replica may have died while it took a partition over.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (view.IsLost)
        {
            await EndAsync(cancellationToken);
            return;
        }
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(options.Value.HandOverSeconds), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await LeaveAsync(either.Token);
        }
        catch (Exception exception)
        {
            BalancerLog.NotLeft(logger, exception);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var updates = members.MembershipUpdates.GetAsyncEnumerator(stoppingToken);
        var next = updates.MoveNextAsync().AsTask();
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.WhenAny(next, Task.Delay(Interval, time, stoppingToken));
            if (stoppingToken.IsCancellationRequested)
                return;
            if (next.IsCompleted)
                next = updates.MoveNextAsync().AsTask();
            await BalanceAsync(stoppingToken);
        }
    }

    private async Task BalanceAsync(CancellationToken cancellationToken)
    {
        var owners = view.Assign();
        if (view.IsLost || !owners.Contains(self.SiloAddress))
            return;
        await Task.WhenAll(ledger.Partitions.Select(partition => (owners[partition.Number], partition.IsOwned) switch
        {
            (var owner, true) when !owner.Equals(self.SiloAddress) =>
                TryAsync(partition, () => HandOverAsync(partition, owner, cancellationToken)),
            (var owner, false) when owner.Equals(self.SiloAddress) =>
                TryAsync(partition, () => EnsureAsync(partition, cancellationToken)),
            _ => Task.CompletedTask,
        }));
    }

    /// <summary>The others learn that this replica ends, and get its partitions.</summary>
    private async Task LeaveAsync(CancellationToken cancellationToken)
    {
        var others = view.Active().Where(replica => !replica.Equals(self.SiloAddress)).ToList();
        var owned = ledger.Partitions.Where(partition => partition.IsOwned).ToList();
        if (others.Count == 0 || owned.Count == 0)
            return;
        view.NoteLeaving(self.SiloAddress);
        await Task.WhenAll(others.Select(other => ReplicaAt(other).NoteLeavingAsync(self.SiloAddress).WaitAsync(cancellationToken)));
        var owners = view.Assign();
        await Task.WhenAll(owned.Select(partition =>
            TryAsync(partition, () => HandOverAsync(partition, owners[partition.Number], cancellationToken))));
        // Each deactivates when it has answered what it had taken.
        while (ledger.Partitions.Any(partition => partition.IsOwned))
            await Task.Delay(TimeSpan.FromMilliseconds(10), time, cancellationToken);
    }

    /// <summary>
    /// Ends the process as soon as what it had taken is answered, clients by now. The silo would wait for the others, which answer a dead
    /// one no more, until the host's limit is over (findings/orleans-dead-silo-stop.sh).
    /// </summary>
    private async Task EndAsync(CancellationToken cancellationToken)
    {
        while (ledger.Partitions.Any(partition => partition.QueueDepth > 0))
            await Task.Delay(TimeSpan.FromMilliseconds(10), time, cancellationToken);
        Environment.Exit(LostMembership.ExitCode);
    }

    private Task EnsureAsync(LedgerPartition partition, CancellationToken cancellationToken) =>
        grains.GetGrain<ILedgerPartition>(partition.Number).EnsureActiveAsync().WaitAsync(cancellationToken);

    private async Task HandOverAsync(LedgerPartition partition, SiloAddress target, CancellationToken cancellationToken)
    {
        // First it reads all but the last blocks, while this one still commits.
        await ReplicaAt(target).PrepareAsync(partition.Number).WaitAsync(cancellationToken);
        await grains.GetGrain<ILedgerPartition>(partition.Number).HandOverAsync(target).WaitAsync(cancellationToken);
        metrics.HandedOver();
        BalancerLog.HandedOver(logger, partition.Number, target);
    }

    private async Task TryAsync(LedgerPartition partition, Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (Exception exception)
        {
            BalancerLog.NotBalanced(logger, exception, partition.Number);
        }
    }

    private IReplica ReplicaAt(SiloAddress address) => grains.GetGrain<IReplica>(address.ToParsableString());

    private static partial class BalancerLog
    {
        [LoggerMessage(3701, LogLevel.Information, "Partition {Partition}: handed over to the replica {Target}")]
        public static partial void HandedOver(ILogger logger, int partition, SiloAddress target);

        [LoggerMessage(3702, LogLevel.Warning, "Partition {Partition}: could not be taken or handed over; it is tried again")]
        public static partial void NotBalanced(ILogger logger, Exception exception, int partition);

        [LoggerMessage(3703, LogLevel.Warning, "Not all partitions were handed over; the other replicas take them when this one has ended")]
        public static partial void NotLeft(ILogger logger, Exception exception);
    }
}
