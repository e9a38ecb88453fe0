using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Auth.AppRole;

/// <summary><c>role/:name/secret-id</c> and what can be done with one, by value and by accessor.</summary>
internal sealed class SecretIdRoutes(AppRoleStore store, VaultClock clock)
{
    public Reply Generate(Call call) => Create(call, Guid.NewGuid().ToString());

    public Reply Register(Call call) => Create(call, call.Body.RequiredText("secret_id"));

    public Reply List(Call call) => Reply.Keys([.. store.SecretIdsOf(ListedRole(call).Name).Select(secretId => secretId.Accessor)]);

    public Reply LookUp(Call call) =>
        store.Find(KnownRole(call).Name, call.Body.RequiredText("secret_id")) is { } found ? Reply.Of(Describe(found)) : Reply.None;

    public Reply Destroy(Call call)
    {
        if (store.Find(KnownRole(call).Name, call.Body.RequiredText("secret_id")) is { } found)
            store.Delete(found);
        return Reply.None;
    }

    public Reply LookUpByAccessor(Call call)
    {
        var accessor = call.Body.RequiredText("secret_id_accessor");
        return store.FindByAccessor(KnownRole(call).Name, accessor) is { } found ? Reply.Of(Describe(found)) : Unfound(accessor);
    }

    public Reply DestroyByAccessor(Call call)
    {
        var accessor = call.Body.RequiredText("secret_id_accessor");
        store.Delete(store.FindByAccessor(KnownRole(call).Name, accessor) ?? throw RoleRoutes.Internal(Unknown(accessor)));
        return Reply.None;
    }

    private Reply Create(Call call, string value)
    {
        var role = Role(call);
        if (!role.BindSecretId)
            throw VaultFault.BadRequest("bind_secret_id is not set on the role");
        var now = clock.GetUtcNow();
        var cidrs = CidrList.Checked(call.Body.Names("cidr_list")) ?? [];
        CidrList.RequireSubset(role.SecretIdBoundCidrs, cidrs);
        var ttl = Limit(call.Body.Duration("ttl"), role.SecretIdTtl, "ttl");
        var secretId = store.Add(new SecretId
        {
            Hash = "",
            Accessor = Guid.NewGuid().ToString(),
            RoleName = role.Name,
            CreatedAt = now,
            UpdatedAt = now,
            Ttl = ttl,
            ExpiresAt = ttl > TimeSpan.Zero ? now + ttl : null,
            NumUses = (int)Limit(call.Body.Integer("num_uses"), role.SecretIdNumUses, "num_uses"),
            Metadata = call.Body.Text("metadata") is { Length: > 0 } metadata ? Fields.ParseMap(metadata) : new Dictionary<string, string>(),
            CidrList = cidrs,
            TokenBoundCidrs = CidrList.Checked(call.Body.Names("token_bound_cidrs")) ?? [],
        }, value);
        return Reply.Of(new JsonObject
        {
            ["secret_id"] = value,
            ["secret_id_accessor"] = secretId.Accessor,
            ["secret_id_num_uses"] = secretId.NumUses,
            ["secret_id_ttl"] = VaultJson.Seconds(secretId.Ttl),
        });
    }

    /// <summary>What was asked for, at most what the role allows, where zero is without limit.</summary>
    private static T Limit<T>(T? asked, T ofRole, string name)
        where T : struct, IComparable<T>
    {
        if (asked is not { } value)
            return ofRole;
        if (value.CompareTo(default) < 0)
            throw VaultFault.BadRequest($"{name} cannot be negative");
        if (ofRole.CompareTo(default) > 0 && (value.CompareTo(default) == 0 || value.CompareTo(ofRole) > 0))
            throw VaultFault.BadRequest($"{name} cannot be {(name == "ttl" ? "longer" : "higher")} than the role's secret_id_{name}");
        return value;
    }

    private Role Role(Call call) => store.FindRole(RoleRoutes.Name(call)) ?? throw VaultFault.NotFound(NoRole(call));

    private Role ListedRole(Call call) => store.FindRole(RoleRoutes.Name(call)) ?? throw VaultFault.BadRequest(NoRole(call));

    private Role KnownRole(Call call) => store.FindRole(RoleRoutes.Name(call)) ?? throw RoleRoutes.Internal(NoRole(call));

    private static string NoRole(Call call) => $"role \"{RoleRoutes.Name(call)}\" does not exist";

    private static string Unknown(string accessor) => $"failed to find accessor entry for secret_id_accessor: \"{accessor}\"";

    /// <summary>Another role's is nothing; one that nobody has is an error in the data.</summary>
    private Reply Unfound(string accessor) => store.HasAccessor(accessor)
        ? Reply.None
        : new Reply { Status = StatusCodes.Status404NotFound, Data = new JsonObject { ["error"] = Unknown(accessor) } };

    private static JsonObject Describe(SecretId found) => new()
    {
        ["cidr_list"] = VaultJson.Names(found.CidrList),
        ["creation_time"] = VaultJson.Time(found.CreatedAt),
        ["expiration_time"] = found.ExpiresAt is null ? "0001-01-01T00:00:00Z" : VaultJson.Time(found.ExpiresAt),
        ["last_updated_time"] = VaultJson.Time(found.UpdatedAt),
        ["metadata"] = VaultJson.Map(found.Metadata),
        ["secret_id_accessor"] = found.Accessor,
        ["secret_id_num_uses"] = found.NumUses,
        ["secret_id_ttl"] = VaultJson.Seconds(found.Ttl),
        ["token_bound_cidrs"] = VaultJson.Names(found.TokenBoundCidrs),
    };
}
