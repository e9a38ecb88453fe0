using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Mounts;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Sys;

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
    public IEnumerable<string> Locked => _failures.Keys.Where(IsLocked).Order(StringComparer.Ordinal);

    public void Fail(string roleId) => _failures[roleId] = (Current(roleId) + 1, clock.GetUtcNow());

    public void Reset(string roleId) => _failures.TryRemove(roleId, out _);

    private int Current(string roleId) =>
        _failures.TryGetValue(roleId, out var seen) && seen.Last + Duration > clock.GetUtcNow() ? seen.Failures : 0;
}

/// <summary><c>sys/locked-users</c>: who is locked, by the accessor of the mount, and how an operator ends it.</summary>
internal sealed class LockedUsers(MountTable mounts, VaultClock clock) : ISysPart
{
    private readonly ConcurrentDictionary<string, Lockout> _byAccessor = new(StringComparer.Ordinal);

    public Lockout Of(Mount mount) => _byAccessor.GetOrAdd(mount.Accessor, _ => new Lockout(clock));

    public void Map(Func<string, Route> map)
    {
        map("locked-users").Read(List);
        map("locked-users/{mount_accessor}/unlock/{alias_identifier*}").Write(Unlock);
    }

    private Reply List(Call call)
    {
        var locked = mounts.Of(call.Namespace, auth: true)
            .Where(mount => _byAccessor.ContainsKey(mount.Accessor) && Of(mount).Locked.Any())
            .Select(mount => (mount.Accessor, Users: Of(mount).Locked.ToList())).ToList();
        var total = locked.Sum(mount => mount.Users.Count);
        return Reply.Of(new JsonObject
        {
            ["by_namespace"] = new JsonArray(new JsonObject
            {
                ["counts"] = total,
                ["mount_accessors"] = new JsonArray([.. locked.Select(mount => new JsonObject
                {
                    ["alias_identifiers"] = VaultJson.Names(mount.Users),
                    ["counts"] = mount.Users.Count,
                    ["mount_accessor"] = mount.Accessor,
                })]),
                ["namespace_id"] = call.Namespace.Length == 0 ? "root" : call.Namespace.TrimEnd('/'),
                ["namespace_path"] = call.Namespace,
            }),
            ["total"] = total,
        });
    }

    private Reply Unlock(Call call)
    {
        var mount = mounts.Of(call.Namespace, auth: true).FirstOrDefault(mount => mount.Accessor == call["mount_accessor"])
            ?? throw VaultFault.BadRequest($"mount_accessor \"{call["mount_accessor"]}\" is not valid");
        Of(mount).Reset(call["alias_identifier"]);
        return Reply.None;
    }
}
