using System.Security.Cryptography;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Leases;
using CreditSystem.Dev.Vault.Mounts;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Storage;

namespace CreditSystem.Dev.Vault.Secrets.Database;

/// <summary>https://developer.hashicorp.com/vault/api-docs/secret/databases, with MongoDB's plugin.</summary>
internal sealed class DatabaseBackend : Backend
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private readonly DatabaseStore _store;
    private readonly LeaseStore _leases;
    private readonly MountTable _mounts;
    private readonly VaultClock _clock;
    private readonly StaticRoleRoutes _static;

    public DatabaseBackend(StorageView storage, VaultClock clock, LeaseStore leases, MountTable mounts, TimeSpan timeout, ILogger<DatabaseBackend> logger)
    {
        (_store, _leases, _mounts, _clock) = (new DatabaseStore(storage, timeout), leases, mounts, clock);
        _static = new StaticRoleRoutes(_store, clock, logger);
        var connections = new ConnectionRoutes(_store);
        var roles = new DynamicRoleRoutes(_store);
        Map("config").List(call => Reply.Page(call, _store.Connections.Keys())).Paged();
        Map("config/{name}").Read(connections.Read).Write(connections.WriteAsync).Delete(connections.Delete);
        Map("reset/{name}").Write(connections.Reset);
        Map("rotate-root/{name}").Write(connections.RotateRootAsync);
        Map("roles").List(call => Reply.Page(call, _store.Roles.Keys())).Paged();
        Map("roles/{name}").Read(roles.Read).Write(roles.Write).Delete(roles.Delete).Exists(call => _store.Roles.Contains(call["name"]));
        Map("creds/{name}").Read(IssueAsync);
        Map("static-roles").List(call => Reply.Page(call, _store.StaticRoles.Keys())).Paged();
        Map("static-roles/{name}").Read(_static.Read).Write(_static.WriteAsync).Delete(_static.Delete).Exists(call => _store.StaticRoles.Contains(call["name"]));
        Map("static-creds/{name}").Read(_static.ReadCredentials);
        Map("rotate-role/{name}").Write(_static.RotateNowAsync);
    }

    public static string NewPassword() => $"{RandomNumberGenerator.GetString(Letters, 9)}-{RandomNumberGenerator.GetString(Letters, 10)}";

    public override Task TickAsync() => _static.RotateDueAsync();

    public override async Task RevokeLeaseAsync(LeaseEntry lease)
    {
        if (_store.Connections.Get<Connection>((string)lease.Secret["db_name"]!) is not { } connection)
            return;
        var username = (string)lease.Secret["username"]!;
        await _store.WithUsersAsync(connection, users => users.DropAsync(username, (string?)lease.Secret["revocation_statement"]));
    }

    public override void Dispose()
    {
        _store.Dispose();
        base.Dispose();
    }

    private async Task<Reply> IssueAsync(Call call)
    {
        var name = call["name"];
        var role = _store.Roles.Get<DynamicRole>(name) ?? throw VaultFault.BadRequest($"unknown role: {name}");
        var connection = _store.ConnectionFor(role.DbName, name);
        var mount = _mounts.Mount(call.MountPath);
        var username = Username(call.RequiredToken.DisplayName, name);
        var password = NewPassword();
        var now = _clock.GetUtcNow();
        var maxTtl = role.MaxTtl > TimeSpan.Zero ? role.MaxTtl : mount?.MaxLeaseTtl ?? TimeSpan.Zero;
        var ownTtl = role.DefaultTtl > TimeSpan.Zero ? role.DefaultTtl : mount?.DefaultLeaseTtl ?? TimeSpan.Zero;
        var (ttl, warnings) = LeaseTime.Calculate(new LeaseTime.Terms(default, ownTtl, maxTtl, default, default), now, now);
        // The lease first: were the server to end in between, the user would otherwise never be dropped.
        var lease = _leases.Issue(call, call.RequiredToken, ttl, maxTtl, new JsonObject
        {
            ["db_name"] = role.DbName,
            ["username"] = username,
            // The plugin drops from admin where there is no statement, whatever the creation said; here the creation's database counts.
            ["revocation_statement"] = FirstOf(role.RevocationStatements) ?? FirstOf(role.CreationStatements),
        });
        try
        {
            await _store.WithUsersAsync(connection, users => users.CreateAsync(username, password, FirstOf(role.CreationStatements) ?? "{}"));
        }
        catch
        {
            _leases.GiveUp(lease);
            throw;
        }

        return new Reply
        {
            Data = new JsonObject { ["password"] = password, ["username"] = username },
            LeaseId = lease.Id,
            LeaseDuration = ttl,
            Renewable = true,
            Warnings = warnings is [] ? null : warnings,
        };
    }

    private static string? FirstOf(IReadOnlyList<string> statements) => statements.Count > 0 ? statements[0] : null;

    private string Username(string displayName, string role)
    {
        var text = $"v-{Truncate(displayName)}-{Truncate(role)}-{RandomNumberGenerator.GetString(Letters, 20)}-{_clock.GetUtcNow().ToUnixTimeSeconds()}".Replace('.', '-');
        return text[..Math.Min(text.Length, 100)];
    }

    private static string Truncate(string text) => text[..Math.Min(text.Length, 15)];
}
