using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Auth.AppRole;

/// <summary><c>role/:name</c>, its role_id, and each of its fields at a path of its own.</summary>
internal sealed class RoleRoutes(AppRoleStore store)
{
    private static readonly string[] Types = ["default", "default-service", "default-batch", "service", "batch"];

    public Reply Read(Call call) => store.FindRole(Name(call)) is { } role ? Reply.Of(Describe(role)) : Reply.None;

    public Reply Write(Call call)
    {
        var name = Name(call);
        var old = store.FindRole(name) ?? new Role { Name = name, RoleId = call.Body.Text("role_id") ?? Guid.NewGuid().ToString(), EntityId = Guid.NewGuid().ToString() };
        return Save(old with
        {
            UsesOldPolicies = call.Body.Has("policies") || (old.UsesOldPolicies && !call.Body.Has("token_policies")),
            UsesOldPeriod = call.Body.Has("period") || (old.UsesOldPeriod && !call.Body.Has("token_period")),
        }, call.Body);
    }

    public Reply Delete(Call call)
    {
        if (store.FindRole(Name(call)) is { } role)
            store.DeleteRole(role);
        return Reply.None;
    }

    public Reply ReadRoleId(Call call) => store.FindRole(Name(call)) is { } role ? Reply.Of(new JsonObject { ["role_id"] = role.RoleId }) : Reply.None;

    public Reply WriteRoleId(Call call)
    {
        store.SaveRole(Existing(call) with { RoleId = call.Body.RequiredText("role_id") });
        return Reply.None;
    }

    public Reply ReadField(Call call)
    {
        if (call["field"] == "bound-cidr-list")
            return ReadOldCidrs(call);
        var name = FieldName(call);
        return store.FindRole(Name(call)) is { } role ? Reply.Of(new JsonObject { [name] = Describe(role)[name]?.DeepClone() }) : Reply.None;
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

    internal static string Name(Call call) => call["role_name"].ToLowerInvariant();

    private Reply ReadOldCidrs(Call call) => store.FindRole(Name(call)) is not { } role ? Reply.None : new Reply
    {
        Data = new JsonObject { ["bound_cidr_list"] = Describe(role)["secret_id_bound_cidrs"]?.DeepClone() },
        Warnings = ["The \"bound_cidr_list\" field is deprecated and will be removed. Please use \"secret_id_bound_cidrs\" instead."],
    };

    private Role Existing(Call call) => store.FindRole(Name(call)) ?? throw VaultFault.NotFound($"role \"{Name(call)}\" does not exist");

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
            SecretIdNumUses = (int)(given.Integer("secret_id_num_uses") ?? role.SecretIdNumUses),
            SecretIdBoundCidrs = CidrList.Checked(given.Names("secret_id_bound_cidrs") ?? given.Names("bound_cidr_list")) ?? role.SecretIdBoundCidrs,
            TokenBoundCidrs = given.Names("token_bound_cidrs") ?? role.TokenBoundCidrs,
            TokenPolicies = given.Names("token_policies") ?? given.Names("policies") ?? role.TokenPolicies,
            TokenNoDefaultPolicy = given.Flag("token_no_default_policy") ?? role.TokenNoDefaultPolicy,
            TokenStrictlyBindIp = given.Flag("token_strictly_bind_ip") ?? role.TokenStrictlyBindIp,
            TokenTtl = given.Duration("token_ttl") ?? role.TokenTtl,
            TokenMaxTtl = given.Duration("token_max_ttl") ?? role.TokenMaxTtl,
            TokenExplicitMaxTtl = given.Duration("token_explicit_max_ttl") ?? role.TokenExplicitMaxTtl,
            TokenPeriod = given.Duration("token_period") ?? given.Duration("period") ?? role.TokenPeriod,
            TokenNumUses = (int)(given.Integer("token_num_uses") ?? role.TokenNumUses),
            TokenType = given.Text("token_type") is { Length: > 0 } type ? type : role.TokenType,
        };
        if (Problem(role) is { } problem)
            throw VaultFault.BadRequest(problem);
        if (role is { BindSecretId: false, SecretIdBoundCidrs.Count: 0, TokenBoundCidrs.Count: 0 })
            throw Internal("at least one constraint should be enabled on the role");
        store.SaveRole(role);
        return Reply.None;
    }

    private static string? Problem(Role role)
    {
        var isBatch = role.TokenType is "batch" or "default-batch";
        return role switch
        {
            _ when role.TokenTtl > role.TokenMaxTtl && role.TokenMaxTtl > TimeSpan.Zero => "'token_ttl' cannot be greater than 'token_max_ttl'",
            { SecretIdNumUses: < 0 } => "secret_id_num_uses cannot be negative",
            { TokenNumUses: < 0 } => "'token_num_uses' cannot be negative",
            _ when !Types.Contains(role.TokenType) => $"invalid 'token_type' value \"{role.TokenType}\"",
            _ when isBatch && role.TokenPeriod > TimeSpan.Zero => "'token_type' cannot be 'batch' or 'default_batch' when set to generate periodic tokens",
            _ when isBatch && role.TokenNumUses > 0 => "'token_type' cannot be 'batch' or 'default_batch' when set to generate tokens with limited use count",
            _ => null,
        };
    }

    internal static VaultFault Internal(string reason) => new(StatusCodes.Status500InternalServerError, $"1 error occurred:\n\t* {reason}\n\n");

    private static JsonObject Describe(Role role)
    {
        var description = DescribePlain(role);
        if (role.UsesOldPolicies)
            description["policies"] = VaultJson.Names(role.TokenPolicies);
        if (role.UsesOldPeriod)
            description["period"] = VaultJson.Seconds(role.TokenPeriod);
        return description;
    }

    private static JsonObject DescribePlain(Role role) => new()
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
        ["token_strictly_bind_ip"] = role.TokenStrictlyBindIp,
        ["token_ttl"] = VaultJson.Seconds(role.TokenTtl),
        ["token_type"] = role.TokenType,
    };
}
