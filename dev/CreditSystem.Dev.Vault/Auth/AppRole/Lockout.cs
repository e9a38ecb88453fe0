using System.Collections.Concurrent;

namespace CreditSystem.Dev.Vault.Auth.AppRole;

/// <summary>
/// Five failures with an unknown secret_id lock the role_id for fifteen minutes, for everyone
/// (https://developer.hashicorp.com/vault/docs/concepts/user-lockout).
/// </summary>
internal sealed class Lockout(VaultClock clock)
{
    public const int Threshold = 5;
    public static readonly TimeSpan Duration = TimeSpan.FromMinutes(15);

    private readonly ConcurrentDictionary<string, (int Failures, DateTimeOffset Last)> _failures = new(StringComparer.Ordinal);

    public bool IsLocked(string roleId) => Current(roleId) >= Threshold;

    /// <summary>The role_ids that are locked now.</summary>
    public IEnumerable<string> Locked => _failures.Keys.Where(IsLocked);

    public void Fail(string roleId) => _failures[roleId] = (Current(roleId) + 1, clock.GetUtcNow());

    public void Reset(string roleId) => _failures.TryRemove(roleId, out _);

    private int Current(string roleId) =>
        _failures.TryGetValue(roleId, out var seen) && seen.Last + Duration > clock.GetUtcNow() ? seen.Failures : 0;
}
