using CreditSystem.Ledger.Orleans.Grains;

namespace CreditSystem.Ledger.Orleans.Status;

/// <summary>A member of the cluster and its report; null where it was not asked or has not answered.</summary>
internal sealed record MemberReport(string Name, SiloAddress? Address, ReplicaState State, ReplicaReport? Report, string? Silence);

/// <summary>Asks all replicas of the cluster at once, those that hang no longer than a person likes to wait.</summary>
internal sealed class ReplicaCaller(
    IClusterMembershipService members, ILocalSiloDetails self, LocalReplica local, IGrainFactory grains, TimeProvider time)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    public Task<MemberReport[]> AskAllAsync(CancellationToken cancellationToken) => Task.WhenAll(
        members.CurrentSnapshot.Members.Values.Where(member => member.Status != SiloStatus.Dead)
            .Select(member => AskAsync(member, cancellationToken)));

    private async Task<MemberReport> AskAsync(ClusterMember member, CancellationToken cancellationToken)
    {
        var state = StateOf(member.Status);
        if (member.SiloAddress.Equals(self.SiloAddress))
            return new MemberReport(member.Name, member.SiloAddress, state, local.Describe(), Silence: null);
        if (state == ReplicaState.Joining)
            return new MemberReport(member.Name, member.SiloAddress, state, Report: null, Silence: null);
        try
        {
            var report = await grains.GetGrain<IReplica>(member.SiloAddress.ToParsableString()).DescribeAsync()
                .WaitAsync(Timeout, time, cancellationToken);
            return new MemberReport(report.Name, member.SiloAddress, state, report, Silence: null);
        }
        catch (TimeoutException)
        {
            return new MemberReport(member.Name, member.SiloAddress, state, Report: null, "It does not answer.");
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return new MemberReport(
                member.Name, member.SiloAddress, state, Report: null, $"It cannot be asked ({exception.GetType().Name}).");
        }
    }

    private static ReplicaState StateOf(SiloStatus status) => status switch
    {
        SiloStatus.Active => ReplicaState.Active,
        SiloStatus.ShuttingDown or SiloStatus.Stopping => ReplicaState.Leaving,
        _ => ReplicaState.Joining,
    };
}
