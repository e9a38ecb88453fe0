namespace CreditSystem.Ledger.Orleans.Status;

/// <summary>Tells which replica owns which log, by asking all of them: any replica answers for the whole cluster.</summary>
public sealed class ClusterStatusReader
{
    private readonly CreditLedger ledger;
    private readonly LocalReplica local;
    private readonly ReplicaCaller? others;

    internal ClusterStatusReader(CreditLedger ledger, LocalReplica local, ReplicaCaller? others) =>
        (this.ledger, this.local, this.others) = (ledger, local, others);

    /// <summary>Takes two seconds where a replica hangs; one that does not answer is no error but part of the result.</summary>
    public async Task<ClusterStatus> ReadAsync(CancellationToken cancellationToken)
    {
        if (others is not null)
            return Merge(await others.AskAllAsync(cancellationToken), ledger.Partitions.Count);
        var report = local.Describe();
        return Merge([new MemberReport(report.Name, Address: null, ReplicaState.Single, report, Silence: null)], report.Logs.Length);
    }

    internal static ClusterStatus Merge(IReadOnlyCollection<MemberReport> members, int logs)
    {
        var isComplete = members.All(member => member.Silence is null);
        return new ClusterStatus(
            [.. members.OrderBy(member => member.Name, StringComparer.Ordinal).ThenBy(member => member.Address).Select(Describe)],
            [.. Enumerable.Range(0, logs).Select(number => Describe(number, members, isComplete))]);
    }

    private static ReplicaStatus Describe(MemberReport member)
    {
        var logs = member.Report?.Logs ?? [];
        return new ReplicaStatus(
            member.Name, member.Address?.ToParsableString(), member.State, member.Silence, logs.Count(log => log.IsOwned),
            logs.Sum(log => log.Taken), member.Report?.HandedOver ?? 0, logs.Sum(log => log.Lost));
    }

    private static OwnedLog Describe(int number, IEnumerable<MemberReport> members, bool isComplete)
    {
        var all = members.SelectMany(member => (member.Report?.Logs ?? []).Where(log => log.Number == number)
            .Select(log => (member.Name, Log: log))).ToList();
        var owners = all.Where(said => said.Log.IsOwned).OrderByDescending(said => said.Log.Since).ToList();
        var state = (owners.Count, isComplete) switch
        {
            (0, true) => OwnerState.Unowned,
            (0, false) => OwnerState.Unknown,
            (1, _) => OwnerState.Owned,
            _ => OwnerState.Disputed,
        };
        var owner = owners.Select(said => said.Log).FirstOrDefault();
        return new OwnedLog(
            number, state, [.. owners.Select(said => said.Name)], owner?.Since, all.Sum(said => said.Log.Taken),
            all.Select(said => said.Log.Head).DefaultIfEmpty().Max(), owner?.Unprojected ?? 0, Math.Round(owner?.LagSeconds ?? 0, 3),
            owner?.Waiting ?? 0, all.Sum(said => said.Log.Forwarded));
    }
}
