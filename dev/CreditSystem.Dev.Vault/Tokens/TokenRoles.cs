using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Storage;

namespace CreditSystem.Dev.Vault.Tokens;

/// <summary>What a token made by a role may and must be.</summary>
internal sealed record TokenRole
{
    public required string Name { get; init; }

    public IReadOnlyList<string> AllowedPolicies { get; init; } = [];

    public IReadOnlyList<string> DisallowedPolicies { get; init; } = [];

    public bool Orphan { get; init; }

    public bool Renewable { get; init; } = true;

    public bool NoDefaultPolicy { get; init; }

    public string PathSuffix { get; init; } = "";

    public TimeSpan Period { get; init; }

    public TimeSpan ExplicitMaxTtl { get; init; }

    public string TokenType { get; init; } = "default-service";

    /// <exception cref="VaultFault">The role does not allow them.</exception>
    public List<string> PoliciesFor(IReadOnlyList<string> asked, IReadOnlyList<string> ofParent, bool withDefault)
    {
        var wanted = TokenCreation.Sanitized(asked.Count > 0 ? asked : AllowedPolicies.Count > 0 ? AllowedPolicies : ofParent, withDefault);
        if (AllowedPolicies.Count > 0 && wanted.Except(AllowedPolicies).Any(policy => policy != "default"))
            throw VaultFault.BadRequest($"token policies ([{Quoted(wanted)}]) must be subset of the role's allowed policies ([{Quoted(AllowedPolicies)}]) or glob policies ([])");
        if (wanted.FirstOrDefault(DisallowedPolicies.Contains) is { } forbidden)
            throw VaultFault.BadRequest($"token policy \"{forbidden}\" is disallowed by this role");
        return wanted;
    }

    private static string Quoted(IEnumerable<string> names) => string.Join(' ', names.Select(name => $"\"{name}\""));
}

/// <summary><c>auth/token/roles/</c>.</summary>
internal sealed class TokenRoles(StorageView storage)
{
    private static readonly string[] Types = ["service", "batch", "default-service", "default-batch"];

    public IEnumerable<string> Names => storage.Keys();

    public TokenRole? Find(string name) => storage.Get<TokenRole>(name);

    public void Map(Route route) => route.Read(Read).Write(Write).Delete(Delete).Exists(call => storage.Contains(call["name"]))
        .Takes(FieldType.Names, "allowed_policies", "disallowed_policies", "allowed_policies_glob", "disallowed_policies_glob", "bound_cidrs", "token_bound_cidrs", "allowed_entity_aliases")
        .Takes(FieldType.Flag, "orphan", "renewable", "token_no_default_policy")
        .Takes(FieldType.Duration, "period", "token_period", "explicit_max_ttl", "token_explicit_max_ttl")
        .Takes(FieldType.Text, "path_suffix", "token_type").Takes(FieldType.Integer, "token_num_uses");

    private Reply Read(Call call) => Find(call["name"]) is not { } role ? Reply.None : Reply.Of(new JsonObject
    {
        ["allowed_entity_aliases"] = null,
        ["allowed_policies"] = VaultJson.Names(role.AllowedPolicies),
        ["allowed_policies_glob"] = new JsonArray(),
        ["disallowed_policies"] = VaultJson.Names(role.DisallowedPolicies),
        ["disallowed_policies_glob"] = new JsonArray(),
        ["explicit_max_ttl"] = 0,
        ["name"] = role.Name,
        ["orphan"] = role.Orphan,
        ["path_suffix"] = role.PathSuffix,
        ["period"] = 0,
        ["renewable"] = role.Renewable,
        ["token_explicit_max_ttl"] = VaultJson.Seconds(role.ExplicitMaxTtl),
        ["token_no_default_policy"] = role.NoDefaultPolicy,
        ["token_period"] = VaultJson.Seconds(role.Period),
        ["token_type"] = role.TokenType,
    });

    private Reply Write(Call call)
    {
        var (old, body) = (Find(call["name"]) ?? new TokenRole { Name = call["name"] }, call.Body);
        if (body.Names("allowed_policies_glob") is { Count: > 0 } || body.Names("disallowed_policies_glob") is { Count: > 0 })
            throw VaultFault.BadRequest("globs of policies are not supported by this development server");
        var type = body.Text("token_type") is { Length: > 0 } given ? given : old.TokenType;
        if (!Types.Contains(type))
            throw VaultFault.BadRequest($"invalid 'token_type' value \"{type}\"");
        storage.Put(call["name"], old with
        {
            AllowedPolicies = body.Names("allowed_policies") ?? old.AllowedPolicies,
            DisallowedPolicies = body.Names("disallowed_policies") ?? old.DisallowedPolicies,
            Orphan = body.Flag("orphan") ?? old.Orphan,
            Renewable = body.Flag("renewable") ?? old.Renewable,
            NoDefaultPolicy = body.Flag("token_no_default_policy") ?? old.NoDefaultPolicy,
            PathSuffix = body.Text("path_suffix") ?? old.PathSuffix,
            Period = body.Duration("token_period") ?? body.Duration("period") ?? old.Period,
            ExplicitMaxTtl = body.Duration("token_explicit_max_ttl") ?? body.Duration("explicit_max_ttl") ?? old.ExplicitMaxTtl,
            TokenType = type,
        });
        return Reply.None;
    }

    private Reply Delete(Call call)
    {
        storage.Delete(call["name"]);
        return Reply.None;
    }
}
