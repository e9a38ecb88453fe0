using CreditSystem.VaultProxy.Telemetry;

namespace CreditSystem.VaultProxy.Logins;

/// <summary>Puts what is known here into a report for other replicas, and theirs into what is known here.</summary>
internal sealed class LoginReports(LoginRecords records, TimeProvider time)
{
    /// <summary>Roles with failures that are told to a replica that asks for all: enough for any use, and no burden in an attack.</summary>
    private const int MaxRoles = 1000;

    private readonly Guid _replica = Guid.NewGuid();

    internal PeerReport Write(TokenId role, TokenId pair) => new(
        _replica,
        records.Find(role) is { } found ? [WriteRole(role, found)] : [],
        [new PeerPair(pair.ToHex(), AgeOf(records.FindGood(pair)), AgeOf(records.FindBad(pair)))]);

    internal PeerReport WriteAll() => new(_replica, [.. records.Roles(MaxRoles).Select(role => WriteRole(role.Key, role.Value))], []);

    /// <param name="asked">The timestamp before the question. Doubts about time are to the disadvantage of a success.</param>
    /// <returns>The logins under way at that replica; none where it is this one itself.</returns>
    internal IEnumerable<PeerAttempt> Read(PeerReport report, long asked)
    {
        if (report.Replica == _replica)
            return [];
        var answered = time.GetTimestamp();
        foreach (var pair in report.Pairs)
        {
            if (!TokenId.TryParseHex(pair.Pair, out var id))
                continue;
            if (pair.Good is { } good)
                records.MarkGood(id, Before(asked, good));
            if (pair.Bad is { } bad)
                records.MarkBad(id, Before(answered, bad));
        }

        return [.. report.Roles.SelectMany(role => ReadRole(role, asked, answered))];
    }

    private List<PeerAttempt> ReadRole(PeerRole role, long asked, long answered)
    {
        if (!TokenId.TryParseHex(role.Role, out var id) || records.FindOrAdd(id) is not { } known)
            return [];
        known.Merge(
            role.Failures.Select(failure => KeyValuePair.Create(failure.Id, Before(answered, failure.Age))),
            role.Succeeded is { } succeeded ? Before(asked, succeeded) : null);
        List<PeerAttempt> underWay = [];
        foreach (var login in role.UnderWay)
        {
            if (TokenId.TryParseHex(login.Pair, out var pair))
                underWay.Add(new PeerAttempt(pair, login.Ticket, login.IsAdmitted));
        }

        return underWay;
    }

    private PeerRole WriteRole(TokenId id, LoginRole role)
    {
        var (failures, succeededAt, underWay) = role.Describe();
        return new PeerRole(
            id.ToHex(),
            [.. failures.Select(failure => new PeerFailure(failure.Key, AgeOf(failure.Value)!.Value))],
            AgeOf(succeededAt),
            [.. underWay.Select(login => new PeerLogin(login.Pair.ToHex(), login.Ticket, login.IsAdmitted))]);
    }

    private double? AgeOf(long? timestamp) => timestamp is { } at ? time.GetElapsedTime(at).TotalMilliseconds : null;

    private long Before(long timestamp, double milliseconds) =>
        timestamp - (long)(Math.Max(0, milliseconds) / 1000 * time.TimestampFrequency);
}
