using System.Text;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Policies;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Tokens;

namespace CreditSystem.Dev.Vault.Sys;

/// <summary><c>sys/policies/acl</c>, its old form <c>sys/policy</c>, and <c>sys/capabilities</c>.</summary>
internal sealed class PolicyRoutes(PolicyStore policies, TokenStore tokens) : ISysPart
{
    public void Map(Func<string, Route> map)
    {
        map("policies/acl").List(call => Reply.Keys(policies.List(call.Namespace)));
        map("policies/acl/{name}").Read(call => Read(call, "policy")).Write(Write).Delete(Delete);
        map("policy").Read(ListOld).List(ListOld);
        map("policy/{name}").Read(call => Read(call, "rules")).Write(Write).Delete(Delete);
        map("capabilities-self").Write(call => Capabilities(call, call.RequiredToken));
        map("capabilities").Write(call => Capabilities(call, tokens.Find(call.Body.RequiredText("token")) ?? throw VaultFault.BadRequest("invalid token")));
        map("capabilities-accessor").Write(call => Capabilities(call, tokens.FindByAccessor(call.Body.RequiredText("accessor")) ?? throw VaultFault.BadRequest("invalid accessor")));
    }

    private Reply Read(Call call, string textName)
    {
        var name = call["name"].ToLowerInvariant();
        return policies.Text(call.Namespace, name) is { } text ? Reply.Of(new JsonObject { ["name"] = name, [textName] = text }) : Reply.None;
    }

    private Reply ListOld(Call call)
    {
        var names = policies.List(call.Namespace);
        return Reply.Of(new JsonObject { ["keys"] = VaultJson.Names(names), ["policies"] = VaultJson.Names(names) });
    }

    private Reply Write(Call call)
    {
        var text = call.Body.Text("policy") ?? call.Body.Text("rules");
        if (string.IsNullOrEmpty(text))
            throw VaultFault.BadRequest("'policy' parameter not supplied or empty");
        policies.Put(call.Namespace, call["name"].ToLowerInvariant(), Decoded(text));
        return Reply.None;
    }

    private Reply Delete(Call call)
    {
        policies.Delete(call.Namespace, call["name"].ToLowerInvariant());
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

    /// <summary>A policy may be sent as base64.</summary>
    private static string Decoded(string text)
    {
        var buffer = new byte[text.Length];
        return Convert.TryFromBase64String(text, buffer, out var length) ? Encoding.UTF8.GetString(buffer, 0, length) : text;
    }
}
