using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Mounts;
using CreditSystem.Dev.Vault.Policies;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Server;
using CreditSystem.Dev.Vault.Tokens;

namespace CreditSystem.Dev.Vault.Sys;

/// <summary>
/// <c>sys/internal/ui/</c>: what clients ask to find their way. <c>vault kv</c> and <c>bao kv</c> begin with the mount of their
/// path, with the application's token, so a token that may do anything below a mount may know its version, whatever its policies
/// say about this path.
/// </summary>
internal sealed class UiRoutes(MountTable mounts, PolicyStore policies, TokenStore tokens, NamespaceTable namespaces, Dialect dialect) : ISysPart
{
    public void Map(Func<string, Route> map)
    {
        map("internal/ui/mounts").Read(List).Open();
        map("internal/ui/mounts/{path*}").Read(Describe).Open();
        map("internal/ui/namespaces").Read(ListNamespaces);
        map("internal/ui/resultant-acl").Read(call => Reply.Of(policies.AccessOf(call.RequiredToken).Describe()));
    }

    private Reply List(Call call)
    {
        var token = call.ClientToken is { Length: > 0 } id ? tokens.Find(id) : null;
        return Reply.Of(new JsonObject { ["auth"] = Visible(call, token, auth: true), ["secret"] = Visible(call, token, auth: false) });
    }

    private JsonObject Visible(Call call, TokenEntry? token, bool auth) =>
        new(mounts.Of(call.Namespace, auth).Where(mount => token is not null && MaySee(token, mount)).Select(mount => KeyValuePair.Create(mount.Name, (JsonNode?)mount.Describe(dialect.PluginVersion))));

    private Reply Describe(Call call)
    {
        if (call.ClientToken is not { Length: > 0 } id || tokens.Use(id) is not { } token)
            throw VaultFault.NoPermission();
        // So that a limited number of uses counts.
        call.Token = token;
        if (mounts.Find($"{call.Namespace}{call["path"]}/") is not { } found || !MaySee(token, found.Mount))
            throw new VaultFault(StatusCodes.Status403Forbidden, $"preflight capability check returned 403, please ensure client's policies grant access to path \"{call["path"]}/\"");
        var description = found.Mount.Describe(dialect.PluginVersion);
        description["path"] = found.Mount.PathInNamespace;
        return Reply.Of(description);
    }

    private bool MaySee(TokenEntry token, Mount mount) =>
        mount.Path.StartsWith(token.Namespace, StringComparison.Ordinal) && policies.AccessOf(token).ReachesBelow(mount.Path[token.Namespace.Length..]);

    private Reply ListNamespaces(Call call)
    {
        var children = namespaces.ChildrenOf(call.Namespace);
        return Reply.Of(children.Count == 0 ? [] : new JsonObject { ["keys"] = VaultJson.Names(children) });
    }
}
