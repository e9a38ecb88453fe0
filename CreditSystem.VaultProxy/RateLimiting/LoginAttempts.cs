using System.Collections.Concurrent;
using CreditSystem.VaultProxy.Telemetry;
using Microsoft.Extensions.Options;

namespace CreditSystem.VaultProxy.RateLimiting;

internal enum LoginVerdict
{
    Admitted,

    /// <summary>This secret_id has been refused by Vault already.</summary>
    KnownBad,

    /// <summary>One failure more might lock the role for everyone.</summary>
    Guarded,
}

/// <summary>
/// Keeps failed logins below the five in a row at which Vault locks a role_id for every pod that uses it
/// (https://developer.hashicorp.com/vault/docs/concepts/user-lockout). A login that might fail holds one of the few failures
/// that are left until its answer is there, so that not even simultaneous ones exceed them. A pair that has worked before
/// finds one failure left that others cannot use up. A success clears the count, as it does in Vault.
/// </summary>
internal sealed class LoginAttempts(IOptions<VaultProxyOptions> options, TimeProvider time)
{
    private readonly ConcurrentDictionary<TokenId, Role> _roles = new();
    private readonly ConcurrentDictionary<TokenId, long> _bad = new();
    private readonly ConcurrentDictionary<TokenId, byte> _good = new();
    private readonly int _limit = options.Value.RateLimits.LoginFailures;
    private readonly int _maxPartitions = options.Value.RateLimits.MaxPartitions;
    private readonly TimeSpan _window = TimeSpan.FromMinutes(options.Value.RateLimits.LoginWindowMinutes);

    internal async ValueTask<(LoginVerdict Verdict, TimeSpan RetryAfter)> EnterAsync(LoginBody login, CancellationToken cancellationToken)
    {
        if (IsBad(login.Pair))
            return (LoginVerdict.KnownBad, default);
        if (_roles.Count >= _maxPartitions)
            ForgetIdleRoles();
        if (_roles.Count >= _maxPartitions && !_roles.ContainsKey(login.Role))
            return (LoginVerdict.Guarded, _window);
        var role = _roles.GetOrAdd(login.Role, static _ => new Role());
        var limit = _good.ContainsKey(login.Pair) ? _limit : Math.Max(1, _limit - 1);
        while (true)
        {
            Task changed;
            lock (role)
            {
                // Forgotten between the look-up and the lock: whoever comes next has another object.
                if (role.IsForgotten)
                    return (LoginVerdict.Guarded, TimeSpan.FromSeconds(1));
                Prune(role);
                if (role.Failures.Count >= limit)
                    return (LoginVerdict.Guarded, _window - time.GetElapsedTime(role.Failures[0]));
                if (role.Failures.Count + role.UnderWay < limit)
                {
                    role.UnderWay++;
                    return (LoginVerdict.Admitted, default);
                }

                changed = role.Changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
            if (IsBad(login.Pair))
                return (LoginVerdict.KnownBad, default);
        }
    }

    /// <summary>Must follow every admission.</summary>
    internal void Leave(LoginBody login, LoginOutcome outcome)
    {
        if (outcome == LoginOutcome.Refused)
        {
            Bound(_bad, pair => time.GetElapsedTime(pair.Value) >= _window);
            _bad[login.Pair] = time.GetTimestamp();
            _good.TryRemove(login.Pair, out _);
        }
        else if (outcome == LoginOutcome.Accepted)
        {
            Bound(_good, _ => false);
            _good[login.Pair] = 0;
        }

        // A role with a login under way is never forgotten.
        var role = _roles[login.Role];
        lock (role)
        {
            role.UnderWay--;
            if (outcome == LoginOutcome.Accepted)
                role.Failures.Clear();
            else if (outcome is LoginOutcome.Refused or LoginOutcome.Unknown)
                role.Failures.Add(time.GetTimestamp());
            var changed = role.Changed;
            role.Changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            changed.SetResult();
        }
    }

    private void Prune(Role role) => role.Failures.RemoveAll(at => time.GetElapsedTime(at) >= _window);

    private void ForgetIdleRoles()
    {
        foreach (var (id, role) in _roles)
        {
            lock (role)
            {
                Prune(role);
                role.IsForgotten = role.UnderWay == 0 && role.Failures.Count == 0 && _roles.TryRemove(id, out _);
            }
        }
    }

    private bool IsBad(TokenId pair) => _bad.TryGetValue(pair, out var at) && time.GetElapsedTime(at) < _window;

    private void Bound<T>(ConcurrentDictionary<TokenId, T> pairs, Predicate<KeyValuePair<TokenId, T>> isOver)
    {
        if (pairs.Count < _maxPartitions)
            return;
        foreach (var pair in pairs)
        {
            if (isOver(pair))
                pairs.TryRemove(pair);
        }

        if (pairs.Count >= _maxPartitions)
            pairs.Clear();
    }

    private sealed class Role
    {
        public List<long> Failures { get; } = [];

        public int UnderWay { get; set; }

        public bool IsForgotten { get; set; }

        public TaskCompletionSource Changed { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

internal enum LoginOutcome
{
    Accepted,

    /// <summary>Vault has said that the role or secret ID is invalid, and counted it.</summary>
    Refused,

    /// <summary>The client has gone before the answer; Vault may have counted it.</summary>
    Unknown,

    /// <summary>An outage, or another error that Vault does not count.</summary>
    NotCounted,
}
