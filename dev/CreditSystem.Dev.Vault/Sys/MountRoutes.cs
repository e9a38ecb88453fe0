using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Leases;
using CreditSystem.Dev.Vault.Mounts;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Secrets.KeyValue;
using CreditSystem.Dev.Vault.Server;
using CreditSystem.Dev.Vault.Tokens;

namespace CreditSystem.Dev.Vault.Sys;

/// <summary><c>sys/mounts</c> and <c>sys/auth</c>.</summary>
internal sealed class MountRoutes(MountTable mounts, LeaseStore leases, TokenStore tokens, Dialect dialect, VaultClock clock) : ISysPart
{
    private static readonly string[] TokenTypes = ["default", "default-service", "default-batch", "service", "batch"];

    public void Map(Func<string, Route> map)
    {
        map("mounts").Read(call => List(call, auth: false)).RepeatingData();
        map("mounts/{path*}").Read(call => ReadOrTune(call, "")).Write(call => WriteOrTune(call, "")).Delete(call => DisableAsync(call, "")).RepeatingData();
        map("auth").Read(call => List(call, auth: true)).RepeatingData().Sudo();
        map("auth/{path*}").Read(call => ReadOrTune(call, "auth/")).Write(call => WriteOrTune(call, "auth/")).Delete(call => DisableAsync(call, "auth/")).RepeatingData().Sudo();
    }

    private Reply List(Call call, bool auth) =>
        Reply.Of(new JsonObject(mounts.Of(call.Namespace, auth).Select(mount => KeyValuePair.Create(mount.Name, (JsonNode?)mount.Describe(dialect.PluginVersion)))));

    private Reply ReadOrTune(Call call, string kind)
    {
        var (path, isTune) = Target(call, kind);
        if (mounts.Mount(path) is not { } mount)
        {
            var name = path[call.Namespace.Length..];
            throw VaultFault.BadRequest(isTune ? $"cannot fetch sysview for path \"{name}\"" : kind.Length > 0 ? $"No auth engine at {name[kind.Length..]}" : $"No secret engine mount at {name}");
        }

        return Reply.Of(isTune ? DescribeTuning(mount) : mount.Describe(dialect.PluginVersion));
    }

    private static JsonObject DescribeTuning(Mount mount)
    {
        var tuning = new JsonObject
        {
            ["default_lease_ttl"] = VaultJson.Seconds(mount.DefaultLeaseTtl > TimeSpan.Zero ? mount.DefaultLeaseTtl : LeaseTime.SystemDefault),
            ["description"] = mount.Description,
            ["force_no_cache"] = false,
            ["max_lease_ttl"] = VaultJson.Seconds(mount.MaxLeaseTtl > TimeSpan.Zero ? mount.MaxLeaseTtl : LeaseTime.SystemMax),
        };
        if (mount.Options is { Count: > 0 })
            tuning["options"] = VaultJson.Map(mount.Options);
        if (mount.IsAuth)
            tuning["token_type"] = mount.TokenType;
        return tuning;
    }

    private Reply WriteOrTune(Call call, string kind)
    {
        var (path, isTune) = Target(call, kind);
        if (isTune)
            return Tune(mounts.Mount(path) ?? throw VaultFault.BadRequest($"no mount entry found for path {path[call.Namespace.Length..]}"), call.Body);
        Enable(call, kind, call.Body.Text("type") is { Length: > 0 } type ? type : throw VaultFault.BadRequest("backend type must be specified as a string"));
        return Reply.None;
    }

    private void Enable(Call call, string kind, string type)
    {
        var options = call.Body.Map("options") ?? new Dictionary<string, string>();
        if (type is "kv-v2" or "kv-v1")
            (options, type) = (new Dictionary<string, string> { ["version"] = type[^1..] }, "kv");
        if (type == "kv" && options.GetValueOrDefault("version") is not (null or "" or "1" or "2"))
            throw VaultFault.BadRequest("nil backend of type \"kv\" returned from factory");
        if (kind.Length > 0 && type == "token")
            throw VaultFault.BadRequest("token credential backend cannot be instantiated");
        var mount = MountTable.New(call.Namespace, $"{kind}{call["path"].Trim('/')}/", type) with
        {
            Description = call.Body.Text("description") ?? "",
            Options = options,
        };
        mounts.Enable(Configured(mount, new Fields(call.Body.Object("config") ?? [])));
    }

    private Reply Tune(Mount mount, Fields given)
    {
        var options = given.Map("options");
        var tuned = Configured(mount, given) with { Description = given.Text("description") ?? mount.Description, Options = options ?? mount.Options };
        if (mount.IsVersioned && options is not null && !tuned.IsVersioned)
            throw VaultFault.BadRequest("cannot downgrade mount from version 2");
        if (mount.IsVersioned || !tuned.IsVersioned)
        {
            mounts.Update(tuned);
            return Reply.None;
        }

        KeyValueUpgrade.MoveSecrets(mounts.DataOf(mount), clock);
        mounts.Replace(tuned);
        // The versions are not those that one expects, but the server's own words.
        return Reply.Warn(["Upgrading mount from version 0 to version 0. This mount will be unavailable for a brief period and will resume service shortly."]);
    }

    private static Mount Configured(Mount mount, Fields given)
    {
        var type = given.Text("token_type") is { Length: > 0 } asked ? asked : mount.TokenType;
        if (!TokenTypes.Contains(type))
            throw VaultFault.BadRequest("invalid value for 'token_type'");
        return mount with
        {
            DefaultLeaseTtl = given.Duration("default_lease_ttl") ?? mount.DefaultLeaseTtl,
            MaxLeaseTtl = given.Duration("max_lease_ttl") ?? mount.MaxLeaseTtl,
            TokenType = type,
        };
    }

    private async Task<Reply> DisableAsync(Call call, string kind)
    {
        var (path, _) = Target(call, kind);
        if (mounts.Mount(path) is { IsBuiltIn: true } builtIn)
            throw VaultFault.BadRequest(builtIn.IsAuth ? "token credential backend cannot be disabled" : $"cannot unmount \"{builtIn.PathInNamespace}\"");
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
