using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Secrets.Database;

/// <summary><c>database/roles/</c>.</summary>
internal sealed class DynamicRoleRoutes(DatabaseStore store)
{
    public Reply Read(Call call)
    {
        if (store.Roles.Get<DynamicRole>(call["name"]) is not { } role)
            return Reply.None;
        return Reply.Of(new JsonObject
        {
            ["creation_statements"] = VaultJson.Names(role.CreationStatements),
            ["credential_type"] = "password",
            ["db_name"] = role.DbName,
            ["default_ttl"] = VaultJson.Seconds(role.DefaultTtl),
            ["max_ttl"] = VaultJson.Seconds(role.MaxTtl),
            ["renew_statements"] = new JsonArray(),
            ["revocation_statements"] = VaultJson.Names(role.RevocationStatements),
            ["rollback_statements"] = new JsonArray(),
        });
    }

    public Reply Write(Call call)
    {
        var body = call.Body;
        var old = store.Roles.Get<DynamicRole>(call["name"]);
        if (store.StaticRoles.Contains(call["name"]))
            throw VaultFault.BadRequest("Role and Static Role names must be unique");
        var role = new DynamicRole
        {
            DbName = body.Text("db_name") ?? old?.DbName ?? throw VaultFault.BadRequest("database name is required"),
            CreationStatements = Statements(body, "creation_statements") ?? old?.CreationStatements ?? [],
            RevocationStatements = Statements(body, "revocation_statements") ?? old?.RevocationStatements ?? [],
            DefaultTtl = body.Duration("default_ttl") ?? old?.DefaultTtl ?? TimeSpan.Zero,
            MaxTtl = body.Duration("max_ttl") ?? old?.MaxTtl ?? TimeSpan.Zero,
        };
        store.Roles.Put(call["name"], role);
        return Reply.None;
    }

    public Reply Delete(Call call)
    {
        store.Roles.Delete(call["name"]);
        return Reply.None;
    }

    /// <summary>A statement is JSON with commas in it, so a string is one statement, never a list.</summary>
    private static IReadOnlyList<string>? Statements(Fields body, string name) =>
        body.All[name] is JsonArray ? body.Names(name) : body.Text(name) is { Length: > 0 } one ? [one] : null;
}
