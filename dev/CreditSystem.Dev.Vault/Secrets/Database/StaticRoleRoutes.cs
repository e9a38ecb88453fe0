using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Secrets.Database;

/// <summary><c>database/static-roles/</c> and their rotation.</summary>
internal sealed partial class StaticRoleRoutes(DatabaseStore store, VaultClock clock, ILogger<DatabaseBackend> logger)
{
    private static readonly TimeSpan ShortestPeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, DateTimeOffset> _notBefore = new(StringComparer.Ordinal);

    public Reply Read(Call call) => store.StaticRoles.Get<StaticRole>(call["name"]) is { } role
        ? Reply.Of(new JsonObject
        {
            ["credential_type"] = "password",
            ["db_name"] = role.DbName,
            ["last_vault_rotation"] = VaultJson.Time(role.RotatedAt),
            ["rotation_period"] = VaultJson.Seconds(role.RotationPeriod),
            ["rotation_statements"] = new JsonArray(),
            ["username"] = role.Username,
        })
        : Reply.None;

    public Reply ReadCredentials(Call call)
    {
        var role = store.StaticRoles.Get<StaticRole>(call["name"]) ?? throw VaultFault.BadRequest($"unknown role: {call["name"]}");
        return Reply.Of(new JsonObject
        {
            ["last_vault_rotation"] = VaultJson.Time(role.RotatedAt),
            ["password"] = role.Password,
            ["rotation_period"] = VaultJson.Seconds(role.RotationPeriod),
            ["ttl"] = Math.Max(VaultJson.Seconds(role.RotatedAt + role.RotationPeriod - clock.GetUtcNow()), 0),
            ["username"] = role.Username,
        });
    }

    public async Task<Reply> WriteAsync(Call call)
    {
        var (name, body) = (call["name"], call.Body);
        var old = store.StaticRoles.Get<StaticRole>(name);
        if (store.Roles.Contains(name))
            throw VaultFault.BadRequest("Role and Static Role names must be unique");
        var username = body.Text("username") ?? old?.Username ?? throw VaultFault.BadRequest("username is a required field to create a static account");
        if (old is not null && username != old.Username)
            throw VaultFault.BadRequest("cannot update static account username");
        var period = body.Duration("rotation_period") ?? old?.RotationPeriod ?? throw VaultFault.BadRequest("rotation_period is required to create static accounts");
        if (period < ShortestPeriod)
            throw VaultFault.BadRequest("rotation_period must be 5 seconds or more");
        var role = (old ?? new StaticRole { DbName = "", Username = username }) with
        {
            DbName = body.Text("db_name") ?? old?.DbName ?? throw VaultFault.BadRequest("database name is a required field"),
            RotationPeriod = period,
        };
        // As in Vault the first write takes the account over, with a password that nobody else knows.
        if (old is null)
            await RotateAsync(name, role);
        else
            store.StaticRoles.Put(name, role);
        return Reply.None;
    }

    public Reply Delete(Call call)
    {
        store.StaticRoles.Delete(call["name"]);
        return Reply.None;
    }

    public async Task<Reply> RotateNowAsync(Call call)
    {
        await RotateAsync(call["name"], store.StaticRoles.Get<StaticRole>(call["name"]) ?? throw VaultFault.BadRequest("no static role found for role name"));
        return Reply.None;
    }

    /// <summary>Rotates what is due, and what an earlier attempt has left half done.</summary>
    public async Task RotateDueAsync()
    {
        var now = clock.GetUtcNow();
        foreach (var name in store.StaticRoles.Keys().ToList())
        {
            if (store.StaticRoles.Get<StaticRole>(name) is not { } role || (role.PendingPassword is null && role.RotatedAt + role.RotationPeriod > now) || _notBefore.GetValueOrDefault(name) > now)
                continue;
            try
            {
                await RotateAsync(name, role);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                _notBefore[name] = now + RetryDelay;
                Log.NotRotated(logger, name, exception.GetType().Name);
            }
        }
    }

    private async Task RotateAsync(string name, StaticRole role)
    {
        var connection = store.ConnectionFor(role.DbName, name);
        // Kept before it is set: were the server to end in between, the same password is set again.
        role = role with { PendingPassword = role.PendingPassword ?? DatabaseBackend.NewPassword() };
        if (role.RotatedAt != default)
            store.StaticRoles.Put(name, role);
        await store.WithUsersAsync(connection, users => users.ChangePasswordAsync(role.Username, role.PendingPassword));
        store.StaticRoles.Put(name, role with { Password = role.PendingPassword, PendingPassword = null, RotatedAt = clock.GetUtcNow() });
    }

    private static partial class Log
    {
        [LoggerMessage(8103, LogLevel.Warning, "The password of the static role {Role} cannot be rotated now ({Reason}); it is tried again.")]
        public static partial void NotRotated(ILogger logger, string role, string reason);
    }
}
