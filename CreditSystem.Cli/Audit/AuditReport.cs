namespace CreditSystem.Cli.Audit;

/// <summary>How often something happened, and when for the first and the last time.</summary>
internal sealed record Occurrences(int Count, DateTimeOffset First, DateTimeOffset Last)
{
    public static Occurrences Of(IEnumerable<AuditEntry> entries)
    {
        var times = entries.Select(entry => entry.Time).ToList();
        return new Occurrences(times.Count, times.Min(), times.Max());
    }
}

/// <summary>A secret, who has read it, from where.</summary>
internal sealed record SecretAccess(string Who, string Path, string Address, Occurrences Times);

/// <summary>What was refused to somebody with a token, or with one that is none.</summary>
internal sealed record Refusal(string Who, string Operation, string Path, string Address, string Reason, Occurrences Times);

/// <summary>Logins that failed. The role is known where one with the same role_id has succeeded in the same log.</summary>
internal sealed record FailedLogin(string Role, string Address, string Reason, Occurrences Times);

/// <summary>A secret_id by the hash that the log has of it.</summary>
/// <param name="Id">The first digits of its hash; of one in a wrapping, those of its accessor's.</param>
/// <param name="Role">Whose.</param>
/// <param name="MadeAt">Null where it was made before the log begins, or in a wrapping.</param>
/// <param name="AgeSeconds">At the end of the log.</param>
/// <param name="Logins">With it.</param>
/// <param name="LastUsedAt">Null for never.</param>
/// <param name="Addresses">That it has been used from.</param>
/// <param name="EndedAt">Where it was destroyed by its accessor.</param>
internal sealed record SecretIdUse(
    string Id, string Role, DateTimeOffset? MadeAt, long? AgeSeconds, int Logins, DateTimeOffset? LastUsedAt,
    IReadOnlyList<string> Addresses, DateTimeOffset? EndedAt);

/// <summary>Lines that hold a value that was asked for.</summary>
internal sealed record ValueMatch(string Name, int Lines, DateTimeOffset? First, DateTimeOffset? Last, IReadOnlyList<string> Paths);

/// <summary>What Vault's audit log says about the access to secrets.</summary>
internal sealed record AuditReport(
    DateTimeOffset? From, DateTimeOffset? To, int Lines, int Unreadable, IReadOnlyList<SecretAccess> Reads,
    IReadOnlyList<Refusal> Refusals, IReadOnlyList<FailedLogin> FailedLogins, IReadOnlyList<SecretIdUse> SecretIds,
    IReadOnlyList<ValueMatch> Matches)
{
    private const int HashDigits = 12;

    /// <param name="entries">In the order of their times.</param>
    /// <param name="lines">How many lines there were.</param>
    /// <param name="unreadable">How many of them are not in it.</param>
    /// <param name="hashes">Values to look for: their names, and what the log has in their place.</param>
    public static AuditReport Of(
        IReadOnlyList<AuditEntry> entries, int lines, int unreadable, IReadOnlyDictionary<string, string> hashes) => new(
        entries.Count == 0 ? null : entries[0].Time,
        entries.Count == 0 ? null : entries[^1].Time,
        lines,
        unreadable,
        [
            .. entries.Where(entry => entry.IsSecretRead).GroupBy(entry => (entry.Who, entry.Path, entry.Address))
                .Select(group => new SecretAccess(group.Key.Who, group.Key.Path, group.Key.Address, Occurrences.Of(group)))
                .OrderBy(access => access.Path, StringComparer.Ordinal).ThenBy(access => access.Who, StringComparer.Ordinal),
        ],
        [
            .. entries.Where(entry => entry is { Error: not null, IsLogin: false })
                .GroupBy(entry => (entry.Who, entry.Operation, entry.Path, entry.Address, entry.Error))
                .Select(group => new Refusal(
                    group.Key.Who, group.Key.Operation, group.Key.Path, group.Key.Address, group.Key.Error!, Occurrences.Of(group)))
                .OrderByDescending(refusal => refusal.Times.Count),
        ],
        Failures(entries),
        Ids(entries),
        [.. hashes.Select(pair => Match(pair.Key, pair.Value, entries))]);

    private static IReadOnlyList<FailedLogin> Failures(IReadOnlyList<AuditEntry> entries)
    {
        var roles = entries.Where(entry => entry is { IsLogin: true, Error: null })
            .Select(entry => (Hash: entry.Sent("role_id"), entry.Who))
            .Where(pair => pair.Hash is not null).DistinctBy(pair => pair.Hash).ToDictionary(pair => pair.Hash!, pair => pair.Who);
        string RoleOf(AuditEntry entry) => entry.Sent("role_id") switch
        {
            null => "no role_id",
            var hash => roles.GetValueOrDefault(hash) ?? $"role_id {Short(hash)}",
        };
        return
        [
            .. entries.Where(entry => entry is { IsLogin: true, Error: not null })
                .GroupBy(entry => (Role: RoleOf(entry), entry.Address, entry.Error))
                .Select(group => new FailedLogin(group.Key.Role, group.Key.Address, group.Key.Error!, Occurrences.Of(group)))
                .OrderByDescending(failure => failure.Times.Count),
        ];
    }

    private static IReadOnlyList<SecretIdUse> Ids(IReadOnlyList<AuditEntry> entries)
    {
        var made = entries.Where(entry => entry.Error is null && entry.Received("secret_id") is not null)
            .DistinctBy(entry => entry.Received("secret_id")).ToDictionary(entry => entry.Received("secret_id")!);
        var ended = entries
            .Where(entry => entry.Error is null && entry.Path.EndsWith("/secret-id-accessor/destroy", StringComparison.Ordinal))
            .Where(entry => entry.Sent("secret_id_accessor") is not null).DistinctBy(entry => entry.Sent("secret_id_accessor"))
            .ToDictionary(entry => entry.Sent("secret_id_accessor")!, entry => entry.Time);
        var used = entries.Where(entry => entry is { IsLogin: true, Error: null } && entry.Sent("secret_id") is not null)
            .GroupBy(entry => entry.Sent("secret_id")!).ToDictionary(group => group.Key, group => group.ToList());
        return
        [
            .. made.Keys.Union(used.Keys).Select(hash =>
            {
                var (creation, logins) = (made.GetValueOrDefault(hash), used.GetValueOrDefault(hash) ?? []);
                var accessor = creation?.Received("secret_id_accessor");
                return new SecretIdUse(
                    Short(hash), logins.FirstOrDefault()?.Who ?? RoleIn(creation!.Path), creation?.Time,
                    creation is null ? null : (long)(entries[^1].Time - creation.Time).TotalSeconds, logins.Count,
                    logins.Count == 0 ? null : logins[^1].Time, [.. logins.Select(login => login.Address).Distinct()],
                    accessor is not null && ended.TryGetValue(accessor, out var at) ? at : null);
            }).Concat(Wrapped(entries, ended)).OrderBy(use => use.MadeAt ?? DateTimeOffset.MinValue),
        ];
    }

    /// <summary>Of a secret_id that was made in a wrapping the log knows the accessor alone: its logins stand by themselves.</summary>
    private static IEnumerable<SecretIdUse> Wrapped(IReadOnlyList<AuditEntry> entries, Dictionary<string, DateTimeOffset> ended) =>
        from entry in entries
        where entry.Error is null && entry.Path.EndsWith("/secret-id", StringComparison.Ordinal) && entry.WrappedAccessor is not null
        select new SecretIdUse(
            $"wrapped {Short(entry.WrappedAccessor!)}", RoleIn(entry.Path), entry.Time, (long)(entries[^1].Time - entry.Time).TotalSeconds,
            Logins: 0, LastUsedAt: null, Addresses: [], ended.TryGetValue(entry.WrappedAccessor!, out var at) ? at : null);

    private static ValueMatch Match(string name, string hash, IReadOnlyList<AuditEntry> entries)
    {
        // The question for the hash is in the log as well, with it.
        var found = entries.Where(entry => !entry.Path.StartsWith("sys/audit-hash/", StringComparison.Ordinal)
            && entry.Line.ToJsonString().Contains(hash, StringComparison.Ordinal)).ToList();
        return new ValueMatch(name, found.Count, found.FirstOrDefault()?.Time, found.LastOrDefault()?.Time,
            [.. found.Select(entry => entry.Path).Distinct().Order(StringComparer.Ordinal)]);
    }

    /// <summary><c>auth/approle/role/NAME/secret-id</c>.</summary>
    private static string RoleIn(string path) => path.Split('/') is [_, .., "role", var name, _] ? name : "-";

    private static string Short(string hash)
    {
        var digits = hash[(hash.IndexOf(':') + 1)..];
        return digits.Length <= HashDigits ? digits : digits[..HashDigits];
    }
}
