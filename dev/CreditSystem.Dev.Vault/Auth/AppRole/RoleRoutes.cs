using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Auth.AppRole;

/// <summary><c>role/:name</c>, its role_id, and each of its fields at a path of its own.</summary>
internal sealed class RoleRoutes(AppRoleStore store)
{
    private static readonly string[] Types = ["default", "default-service", "default-batch", "service", "batch"];

    public Reply Read(Call call) => store.FindRole(call["name"]) is { } role ? Reply.Of(Describe(role)) : Reply.None;

    public Reply Write(Call call)
    {
        var name = call["name"];
        var old = store.FindRole(name) ?? new Role { Name = name, RoleId = call.Body.Text("role_id") ?? Guid.NewGuid().ToString(), EntityId = Guid.NewGuid().ToString() };
        return Save(old, call.Body);
    }

    public Reply Delete(Call call)
    {
        if (store.FindRole(call["name"]) is { } role)
            store.DeleteRole(role);
        return Reply.None;
    }

    public Reply ReadRoleId(Call call) => store.FindRole(call["name"]) is { } role ? Reply.Of(new JsonObject { ["role_id"] = role.RoleId }) : Reply.None;

    public Reply WriteRoleId(Call call)
    {
        store.SaveRole(Existing(call) with { RoleId = call.Body.RequiredText("role_id") });
        return Reply.None;
    }

    public Reply ReadField(Call call)
    {
        var name = FieldName(call);
        return store.FindRole(call["name"]) is { } role ? Reply.Of(new JsonObject { [name] = Describe(role)[name]?.DeepClone() }) : Reply.None;
    }

    public Reply WriteField(Call call)
    {
        var name = FieldName(call);
        if (!call.Body.Has(name))
            throw VaultFault.BadRequest($"missing {name}");
        return Save(Existing(call), new Fields(new JsonObject { [name] = call.Body.All[name]!.DeepClone() }));
    }

    public Reply DeleteField(Call call)
    {
        var name = FieldName(call);
        var reset = Describe(new Role { Name = "", RoleId = "", EntityId = "" })[name];
        return Save(Existing(call), new Fields(new JsonObject { [name] = reset?.DeepClone() }));
    }

    private Role Existing(Call call) => store.FindRole(call["name"]) ?? throw VaultFault.NotFound($"role \"{call["name"]}\" does not exist");

    private static string FieldName(Call call)
    {
        var name = call["field"].Replace('-', '_');
        name = name switch { "policies" => "token_policies", "period" => "token_period", "bound_cidr_list" => "secret_id_bound_cidrs", _ => name };
        return Describe(new Role { Name = "", RoleId = "", EntityId = "" }).ContainsKey(name) ? name : throw VaultFault.NotFound("1 error occurred:\n\t* unsupported path\n\n");
    }

    private Reply Save(Role role, Fields given)
    {
        role = role with
        {
            RoleId = given.Text("role_id") ?? role.RoleId,
            BindSecretId = given.Flag("bind_secret_id") ?? role.BindSecretId,
            SecretIdTtl = given.Duration("secret_id_ttl") ?? role.SecretIdTtl,
            SecretIdNumUses = given.Integer("secret_id_num_uses") ?? role.SecretIdNumUses,
            SecretIdBoundCidrs = given.Names("secret_id_bound_cidrs") ?? role.SecretIdBoundCidrs,
            TokenBoundCidrs = given.Names("token_bound_cidrs") ?? role.TokenBoundCidrs,
            TokenPolicies = given.Names("token_policies") ?? given.Names("policies") ?? role.TokenPolicies,
            TokenNoDefaultPolicy = given.Flag("token_no_default_policy") ?? role.TokenNoDefaultPolicy,
            TokenTtl = given.Duration("token_ttl") ?? role.TokenTtl,
            TokenMaxTtl = given.Duration("token_max_ttl") ?? role.TokenMaxTtl,
            TokenExplicitMaxTtl = given.Duration("token_explicit_max_ttl") ?? role.TokenExplicitMaxTtl,
            TokenPeriod = given.Duration("token_period") ?? given.Duration("period") ?? role.TokenPeriod,
            TokenNumUses = given.Integer("token_num_uses") ?? role.TokenNumUses,
            TokenType = given.Text("token_type") is { Length: > 0 } type ? type : role.TokenType,
        };
        if (role.TokenTtl > role.TokenMaxTtl && role.TokenMaxTtl > TimeSpan.Zero)
            throw VaultFault.BadRequest("\"token_ttl\" cannot be greater than \"token_max_ttl\"");
        if (role.TokenNumUses < 0)
            throw VaultFault.BadRequest("'token_num_uses' cannot be negative");
        if (!Types.Contains(role.TokenType))
            throw VaultFault.BadRequest($"invalid 'token_type' value \"{role.TokenType}\"");
        if (role is { BindSecretId: false, SecretIdBoundCidrs.Count: 0, TokenBoundCidrs.Count: 0 })
            throw VaultFault.BadRequest("at least one constraint should be enabled on the role");
        store.SaveRole(role);
        return Reply.None;
    }

    private static JsonObject Describe(Role role) => new()
    {
        ["bind_secret_id"] = role.BindSecretId,
        ["local_secret_ids"] = false,
        ["secret_id_bound_cidrs"] = role.SecretIdBoundCidrs.Count == 0 ? null : VaultJson.Names(role.SecretIdBoundCidrs),
        ["secret_id_num_uses"] = role.SecretIdNumUses,
        ["secret_id_ttl"] = VaultJson.Seconds(role.SecretIdTtl),
        ["token_bound_cidrs"] = VaultJson.Names(role.TokenBoundCidrs),
        ["token_explicit_max_ttl"] = VaultJson.Seconds(role.TokenExplicitMaxTtl),
        ["token_max_ttl"] = VaultJson.Seconds(role.TokenMaxTtl),
        ["token_no_default_policy"] = role.TokenNoDefaultPolicy,
        ["token_num_uses"] = role.TokenNumUses,
        ["token_period"] = VaultJson.Seconds(role.TokenPeriod),
        ["token_policies"] = VaultJson.Names(role.TokenPolicies),
        ["token_ttl"] = VaultJson.Seconds(role.TokenTtl),
        ["token_type"] = role.TokenType,
    };
}
