using System.Text;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Policies;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Tokens;

namespace CreditSystem.Dev.Vault.Sys;

/// <summary><c>sys/policies/acl</c>, its old form <c>sys/policy</c>, and <c>sys/capabilities</c>.</summary>
internal sealed class PolicyRoutes(PolicyStore policies, TokenStore tokens, VaultClock clock) : ISysPart
{
    public void Map(Func<string, Route> map)
    {
        map("policies/acl").List(call => Reply.Keys(policies.List(call.Namespace))).Takes(FieldType.Any);
        map("policies/acl/{name*}").Read(call => Read(call, "policy")).Write(Write).Delete(Delete).TakesPolicy();
        map("policy").Read(ListOld).List(ListOld).RepeatingData();
        map("policy/{name*}").Read(call => Read(call, "rules")).Write(WriteOld).Delete(Delete).TakesPolicy().Takes(FieldType.Text, "rules").RepeatingData();
        MapCapabilities(map("capabilities-self"), call => call.RequiredToken);
        MapCapabilities(map("capabilities"), call => tokens.Find(call.Body.Text("token") is { Length: > 0 } given ? given : throw Internal("no token found")) ?? throw Wrong("invalid token"));
        MapCapabilities(map("capabilities-accessor"), call => tokens.FindByAccessor(call.Body.RequiredText("accessor")) ?? throw Wrong("invalid accessor"));
    }

    private void MapCapabilities(Route route, Func<Call, TokenEntry> token) =>
        route.Write(call => Capabilities(call, token(call))).Takes(FieldType.Text, "token", "accessor").Takes(FieldType.Names, "path", "paths").RepeatingData();

    private Reply Read(Call call, string textName)
    {
        var name = Name(call);
        if (policies.Find(call.Namespace, name) is not { } entry)
            return Reply.None;
        var data = new JsonObject
        {
            ["allow_slashes_in_identity_templates"] = false,
            ["allow_wildcards_in_identity_templates"] = false,
            ["cas_required"] = entry.CasRequired,
            ["name"] = name,
            [textName] = entry.Text,
            ["version"] = entry.Version,
        };
        if (entry.ModifiedAt is not null)
            data["modified"] = VaultJson.Time(entry.ModifiedAt);
        if (entry.ExpiresAt is not null)
            data["expiration"] = VaultJson.Time(entry.ExpiresAt);
        return Reply.Of(data);
    }

    private Reply ListOld(Call call)
    {
        var names = policies.List(call.Namespace);
        return Reply.Of(new JsonObject { ["keys"] = VaultJson.Names(names), ["policies"] = VaultJson.Names(names) });
    }

    private Reply Write(Call call)
    {
        Write(call, call.Body.Text("policy"));
        return Reply.None;
    }

    private Reply WriteOld(Call call)
    {
        var isOld = call.Body.Text("policy") is not { Length: > 0 };
        Write(call, isOld ? call.Body.Text("rules") : call.Body.Text("policy"));
        return Reply.Warn(isOld ? ["'rules' is deprecated, please use 'policy' instead"] : []);
    }

    private void Write(Call call, string? text)
    {
        if (string.IsNullOrEmpty(text))
            throw VaultFault.BadRequest("'policy' parameter not supplied or empty");
        var entry = new PolicyEntry(Decoded(text))
        {
            ExpiresAt = call.Body.Duration("ttl") is { } ttl && ttl > TimeSpan.Zero ? clock.GetUtcNow() + ttl : null,
            CasRequired = call.Body.Flag("cas_required") ?? false,
        };
        policies.Put(call.Namespace, Name(call), entry, call.Body.Integer("cas"));
    }

    private Reply Delete(Call call)
    {
        policies.Delete(call.Namespace, Name(call));
        return Reply.None;
    }

    private Reply Capabilities(Call call, TokenEntry token)
    {
        var paths = call.Body.Names("paths") ?? call.Body.Names("path");
        if (paths is not { Count: > 0 })
            throw VaultFault.BadRequest("paths must be supplied");
        var access = policies.AccessOf(token);
        var data = new JsonObject();
        foreach (var path in paths)
        {
            var full = $"{call.Namespace}{path.TrimStart('/')}";
            IReadOnlyList<string> granted = full.StartsWith(token.Namespace, StringComparison.Ordinal) ? access.Of(full[token.Namespace.Length..]).Capabilities : ["deny"];
            data[path] = VaultJson.Names(granted);
            if (paths.Count == 1)
                data["capabilities"] = VaultJson.Names(granted);
        }

        return Reply.Of(data);
    }

    private static string Name(Call call) => call["name"].ToLowerInvariant();

    private static VaultFault Wrong(string reason) => VaultFault.BadRequest($"1 error occurred:\n\t* {reason}\n\n");

    private static VaultFault Internal(string reason) => new(StatusCodes.Status500InternalServerError, $"1 error occurred:\n\t* {reason}\n\n");

    /// <summary>A policy may be sent as base64.</summary>
    private static string Decoded(string text)
    {
        var buffer = new byte[text.Length];
        return Convert.TryFromBase64String(text, buffer, out var length) ? Encoding.UTF8.GetString(buffer, 0, length) : text;
    }
}

internal static class PolicyFields
{
    public static Route TakesPolicy(this Route route) => route
        .Takes(FieldType.Text, "policy", "expiration").Takes(FieldType.Duration, "ttl").Takes(FieldType.Integer, "cas").Takes(FieldType.Flag, "cas_required");
}
