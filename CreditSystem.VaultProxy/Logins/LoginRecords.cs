using System.Collections.Concurrent;
using CreditSystem.VaultProxy.Telemetry;
using Microsoft.Extensions.Options;

namespace CreditSystem.VaultProxy.Logins;

/// <summary>What is known of role_ids, and of pairs of a role_id and a secret_id, all under hashes, bounded in number.</summary>
internal sealed class LoginRecords(IOptions<VaultProxyOptions> options, TimeProvider time)
{
    private readonly ConcurrentDictionary<TokenId, LoginRole> _roles = new();
    private readonly ConcurrentDictionary<TokenId, long> _bad = new();
    private readonly ConcurrentDictionary<TokenId, long> _good = new();
    private readonly int _max = options.Value.RateLimits.MaxPartitions;

    internal TimeSpan Window { get; } = TimeSpan.FromMinutes(options.Value.RateLimits.LoginWindowMinutes);

    /// <returns>Null where more roles are in use than are kept apart.</returns>
    internal LoginRole? FindOrAdd(TokenId id)
    {
        if (_roles.TryGetValue(id, out var role))
            return role;
        if (_roles.Count >= _max)
            ForgetRoles();
        return _roles.Count >= _max ? null : _roles.GetOrAdd(id, static (_, records) => new LoginRole(records.Time, records.Window), this);
    }

    internal LoginRole? Find(TokenId id) => _roles.GetValueOrDefault(id);

    /// <summary>Those with failures, at most as many as asked for.</summary>
    internal IEnumerable<KeyValuePair<TokenId, LoginRole>> Roles(int count) => _roles.Where(role => role.Value.HasFailures).Take(count);

    internal bool IsBad(TokenId pair) => FindBad(pair) is not null;

    internal bool IsGood(TokenId pair) => _good.ContainsKey(pair);

    internal long? FindBad(TokenId pair) => _bad.TryGetValue(pair, out var at) && time.GetElapsedTime(at) < Window ? at : null;

    internal long? FindGood(TokenId pair) => _good.TryGetValue(pair, out var at) ? at : null;

    /// <summary>Of two verdicts the later one counts.</summary>
    internal void MarkBad(TokenId pair, long at)
    {
        if (time.GetElapsedTime(at) >= Window || FindGood(pair) > at)
            return;
        Bound(_bad);
        _bad[pair] = at;
        _good.TryRemove(pair, out _);
    }

    internal void MarkGood(TokenId pair, long at)
    {
        if (FindBad(pair) >= at)
            return;
        Bound(_good);
        _good[pair] = at;
        _bad.TryRemove(pair, out _);
    }

    private TimeProvider Time => time;

    // Role_ids that somebody invents never log in, and must not keep those that do from being counted: of the former half go
    // at once, so that their number costs nothing either.
    private void ForgetRoles()
    {
        foreach (var (id, role) in _roles.OrderBy(role => role.Value.LastUsed).Take(_max / 2))
        {
            if (role.TryForget())
                _roles.TryRemove(new(id, role));
        }
    }

    // The older half goes: what was seen last counts most.
    private void Bound(ConcurrentDictionary<TokenId, long> pairs)
    {
        if (pairs.Count < _max)
            return;
        foreach (var pair in pairs.ToArray().OrderBy(pair => pair.Value).Take(_max / 2))
            pairs.TryRemove(pair);
    }
}
