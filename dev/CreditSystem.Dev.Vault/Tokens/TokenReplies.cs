using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Tokens;

/// <summary>How tokens are described in answers.</summary>
internal static class TokenReplies
{
    public static Reply Auth(IssuedToken issued) => new() { Auth = Auth(issued.Id, issued.Entry, issued.Ttl), Warnings = issued.Warnings is [] ? null : issued.Warnings };

    public static JsonObject Auth(string id, TokenEntry entry, TimeSpan ttl) => new()
    {
        ["client_token"] = id,
        ["accessor"] = entry.Accessor,
        ["policies"] = VaultJson.Names(entry.Policies),
        ["token_policies"] = VaultJson.Names(entry.Policies),
        ["metadata"] = VaultJson.Map(entry.Meta),
        ["lease_duration"] = VaultJson.Seconds(ttl),
        ["renewable"] = entry.Renewable,
        ["entity_id"] = entry.EntityId,
        ["token_type"] = entry.Type,
        ["orphan"] = entry.ParentHash is null,
        ["mfa_requirement"] = null,
        ["num_uses"] = Math.Max(entry.NumUses, 0),
    };

    public static JsonObject Lookup(string id, TokenEntry entry, DateTimeOffset now)
    {
        var data = new JsonObject
        {
            ["accessor"] = entry.Accessor,
            ["creation_time"] = entry.CreatedAt.ToUnixTimeSeconds(),
            ["creation_ttl"] = VaultJson.Seconds(entry.CreationTtl),
            ["display_name"] = entry.DisplayName,
            ["entity_id"] = entry.EntityId,
            ["expire_time"] = entry.ExpiresAt is null ? null : VaultJson.Time(entry.ExpiresAt),
            ["explicit_max_ttl"] = VaultJson.Seconds(entry.ExplicitMaxTtl),
            ["id"] = id,
            ["meta"] = VaultJson.Map(entry.Meta),
            ["num_uses"] = entry.NumUses,
            ["orphan"] = entry.ParentHash is null,
            ["path"] = entry.Path,
            ["policies"] = VaultJson.Names(entry.Policies),
            ["ttl"] = entry.ExpiresAt is { } end ? VaultJson.Seconds(end - now) : 0,
            ["type"] = entry.Type,
        };
        if (!entry.IsInitialRoot)
            (data["issue_time"], data["renewable"]) = (VaultJson.Time(entry.CreatedAt), entry.Renewable);
        if (entry.Role.Length > 0)
            data["role"] = entry.Role;
        if (entry.Period > TimeSpan.Zero && entry.Role.Length == 0)
            data["period"] = VaultJson.Seconds(entry.Period);
        if (entry.LastRenewedAt is { } renewed)
            (data["last_renewal"], data["last_renewal_time"]) = (VaultJson.Time(renewed), renewed.ToUnixTimeSeconds());
        if (entry.BoundCidrs.Count > 0)
            data["bound_cidrs"] = VaultJson.Names(entry.BoundCidrs);
        if (entry.Namespace.Length > 0)
            data["namespace_path"] = entry.Namespace;
        return data;
    }
}
