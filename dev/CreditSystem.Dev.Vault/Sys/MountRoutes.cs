using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Leases;
using CreditSystem.Dev.Vault.Mounts;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Tokens;

namespace CreditSystem.Dev.Vault.Sys;

/// <summary><c>sys/mounts</c> and <c>sys/auth</c>.</summary>
internal sealed class MountRoutes(MountTable mounts, LeaseStore leases, TokenStore tokens) : ISysPart
{
    public void Map(Func<string, Route> map)
    {
        map("mounts").Read(call => List(call, auth: false));
        map("mounts/{path*}").Read(call => ReadOrTune(call, "")).Write(call => WriteOrTune(call, "")).Delete(call => DisableAsync(call, ""));
        map("auth").Read(call => List(call, auth: true)).Sudo();
        map("auth/{path*}").Read(call => ReadOrTune(call, "auth/")).Write(call => WriteOrTune(call, "auth/")).Delete(call => DisableAsync(call, "auth/")).Sudo();
        map("internal/ui/mounts").Read(ListForClients);
        map("internal/ui/mounts/{path*}").Read(DescribeForClients);
    }

    private Reply List(Call call, bool auth) => Reply.Of(Described(call, auth));

    private JsonObject Described(Call call, bool auth) =>
        new(mounts.Of(call.Namespace, auth).Select(mount => KeyValuePair.Create(auth ? mount.PathInNamespace["auth/".Length..] : mount.PathInNamespace, (JsonNode?)mount.Describe())));

    private Reply ListForClients(Call call) => Reply.Of(new JsonObject { ["auth"] = Described(call, auth: true), ["secret"] = Described(call, auth: false) });

    /// <summary>What the command line asks first, to learn whether a KV mount has versions.</summary>
    private Reply DescribeForClients(Call call)
    {
        if (mounts.Find($"{call.Namespace}{call["path"]}/") is not { } found)
            throw new VaultFault(StatusCodes.Status403Forbidden, "preflight capability check returned 403, please ensure client's policies grant access to path \"" + call["path"] + "/\"");
        var description = found.Mount.Describe();
        description["path"] = found.Mount.PathInNamespace;
        return Reply.Of(description);
    }

    private Reply ReadOrTune(Call call, string kind)
    {
        var (path, isTune) = Target(call, kind);
        if (mounts.Mount(path) is not { } mount)
            throw VaultFault.BadRequest(isTune ? $"cannot fetch sysview for path \"{call["path"]}\"" : $"No secret engine mount at {path[call.Namespace.Length..]}");
        if (!isTune)
            return Reply.Of(mount.Describe());
        return Reply.Of(new JsonObject
        {
            ["default_lease_ttl"] = VaultJson.Seconds(mount.DefaultLeaseTtl > TimeSpan.Zero ? mount.DefaultLeaseTtl : LeaseTime.SystemDefault),
            ["description"] = mount.Description,
            ["force_no_cache"] = false,
            ["max_lease_ttl"] = VaultJson.Seconds(mount.MaxLeaseTtl > TimeSpan.Zero ? mount.MaxLeaseTtl : LeaseTime.SystemMax),
            ["options"] = VaultJson.Map(mount.Options),
        });
    }

    private Reply WriteOrTune(Call call, string kind)
    {
        var (path, isTune) = Target(call, kind);
        if (isTune)
            Tune(mounts.Mount(path) ?? throw VaultFault.BadRequest($"no mount entry found for path {path[call.Namespace.Length..]}"), call.Body);
        else
            Enable(call, kind, call.Body.Text("type") is { Length: > 0 } type ? type : throw VaultFault.BadRequest("backend type must be specified as a string"));
        return Reply.None;
    }

    private void Enable(Call call, string kind, string type)
    {
        var options = call.Body.Map("options");
        if (type is "kv-v2" or "kv-v1")
            (options, type) = (new Dictionary<string, string> { ["version"] = type[^1..] }, "kv");
        var mount = MountTable.New(call.Namespace, $"{kind}{call["path"].Trim('/')}/", type) with
        {
            Description = call.Body.Text("description") ?? "",
            Options = options,
        };
        mounts.Enable(Configured(mount, new Fields(call.Body.Object("config") ?? [])));
    }

    private void Tune(Mount mount, Fields given) => mounts.Update(Configured(mount, given) with
    {
        Description = given.Text("description") ?? mount.Description,
        Options = given.Map("options") ?? mount.Options,
    });

    private static Mount Configured(Mount mount, Fields given) => mount with
    {
        DefaultLeaseTtl = given.Duration("default_lease_ttl") ?? mount.DefaultLeaseTtl,
        MaxLeaseTtl = given.Duration("max_lease_ttl") ?? mount.MaxLeaseTtl,
    };

    private async Task<Reply> DisableAsync(Call call, string kind)
    {
        var (path, _) = Target(call, kind);
        await leases.RevokePrefixAsync(path);
        if (kind.Length > 0)
            await tokens.RevokeWhereAsync(token => $"{token.Namespace}{token.Path}".StartsWith(path, StringComparison.Ordinal));
        mounts.Disable(path);
        return Reply.None;
    }

    private static (string Path, bool IsTune) Target(Call call, string kind)
    {
        var path = call["path"].Trim('/');
        var isTune = path.EndsWith("/tune", StringComparison.Ordinal);
        return ($"{call.Namespace}{kind}{(isTune ? path[..^"/tune".Length] : path)}/", isTune);
    }
}
