using CreditSystem.VaultProxy.Policy;
using CreditSystem.VaultProxy.Upstreams;
using Microsoft.Extensions.Options;

namespace CreditSystem.VaultProxy;

/// <summary>Says at start, and all at once, what is wrong with the configuration.</summary>
internal sealed class VaultProxyOptionsValidator : IValidateOptions<VaultProxyOptions>
{
    private const int MaxUpstreams = 64;

    public ValidateOptionsResult Validate(string? name, VaultProxyOptions options)
    {
        List<string> problems =
        [
            .. Upstreams(options),
            .. Paths(options),
            .. Routes(options),
            .. Files(options.Upstream),
            .. Upstream(options.Upstream),
            .. Cache(options),
            .. Limits(options),
        ];
        return problems.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(problems.Select(problem => $"VaultProxy:{problem}"));
    }

    private static IEnumerable<string> Upstreams(VaultProxyOptions options)
    {
        if (options.Upstreams.Count is 0 or > MaxUpstreams)
            yield return $"Upstreams must name 1 to {MaxUpstreams} Vault nodes, for instance "
                + "VaultProxy__Upstreams__0=https://vault.example:8200";
        foreach (var address in options.Upstreams.Where(address => !IsOrigin(address)))
            yield return $"Upstreams: '{(address.Contains('@') ? "(with credentials)" : address)}' is not http(s)://host[:port] without "
                + "a path";
        foreach (var address in options.Peers.Addresses.Where(address => !IsOrigin(address)))
            yield return $"Peers:Addresses: '{(address.Contains('@') ? "(with credentials)" : address)}' is not http(s)://host[:port] "
                + "without a path";
    }

    private static bool IsOrigin(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https")
            && uri is { PathAndQuery: "/", UserInfo: "", Fragment: "" };

    private static IEnumerable<string> Paths(VaultProxyOptions options) =>
        options.KvPrefixes.Where(prefix => !IsMountAndNames(prefix)).Select(prefix => $"KvPrefixes: '{prefix}' is not mount/prefix")
            .Concat(options.TransitKeys.Where(key => !IsMountAndNames(key.EndsWith("/*",
                StringComparison.Ordinal) ? key[..^1] + "all" : key)).Select(key => $"TransitKeys: '{key}' is not mount/key or mount/*"))
            .Concat(options.DatabaseMounts.Where(mount => !PathTemplate.IsName(mount)).Select(
                mount => $"DatabaseMounts: '{mount}' is not a mount"))
            .Concat(options.PkiMounts.Where(mount => !PathTemplate.IsName(mount)).Select(mount => $"PkiMounts: '{mount}' is not a mount"))
            .Concat(PathTemplate.IsName(options.AppRoleMount) ? [] : [$"AppRoleMount: '{options.AppRoleMount}' is not a mount"])
            .Concat(options.Namespaces.Where(space => !space.Trim('/').Split('/').All(part => PathTemplate.IsName(part))).Select(
                space => $"Namespaces: '{space}' is not a namespace"));

    private static bool IsMountAndNames(string text)
    {
        var names = text.TrimEnd('/').Split('/');
        return names.Length > 1 && names[0] is not ("sys" or "auth" or "identity" or "cubbyhole")
            && names.All(part => PathTemplate.IsName(part));
    }

    private static IEnumerable<string> Routes(VaultProxyOptions options)
    {
        foreach (var route in options.Routes)
        {
            if (!IsTemplate(route.Path))
                yield return $"Routes: '{route.Path}' is not a path below /v1/, such as auth/kubernetes/login or kv/data/{{name}}/{{tail}}";
            if (ForbiddenPaths.Contains(route.Path, spansNamespaces: true))
                yield return $"Routes: '{route.Path}' is never forwarded";
            if (route.Methods.Count == 0 || route.Methods.Any(method => VaultMethodNames.Parse(method) == VaultMethods.None))
                yield return $"Routes: '{route.Path}' needs Methods out of GET, HEAD, LIST, SCAN, POST, PUT, PATCH, DELETE";
            if (route.TimeoutSeconds is < 1 or > 90 || route.BodyLimitBytes is < 0 or > VaultRoute.LargeBodyBytes)
                yield return $"Routes: '{route.Path}' has TimeoutSeconds outside 1 to 90, or BodyLimitBytes outside 0 to "
                    + $"{VaultRoute.LargeBodyBytes}";
        }
    }

    private static bool IsTemplate(string path)
    {
        try
        {
            return PathTemplate.Parse(path) is not null;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static IEnumerable<string> Files(UpstreamOptions options)
    {
        foreach (var (file, setting) in new[] { (options.CaCertificatePath, "CaCertificatePath"), (options.ClientCertificatePath,
            "ClientCertificatePath"), (options.ClientKeyPath, "ClientKeyPath") })
        {
            if (!string.IsNullOrEmpty(file) && !File.Exists(file))
                yield return $"Upstream:{setting}: there is no file '{file}'";
        }
    }

    private static IEnumerable<string> Upstream(UpstreamOptions options) =>
    [
        .. Range(options.ConnectTimeoutSeconds, 0.1, 30, "Upstream:ConnectTimeoutSeconds"),
        .. Range(options.PooledConnectionLifetimeSeconds, 10, 3600, "Upstream:PooledConnectionLifetimeSeconds"),
        .. Range(options.ProbeIntervalSeconds, 0.1, 300, "Upstream:ProbeIntervalSeconds"),
        .. Range(options.ProbeTimeoutSeconds, 0.1, 30, "Upstream:ProbeTimeoutSeconds"),
        .. Range(options.MaxRetries, 0, 5, "Upstream:MaxRetries"),
        .. Range(options.ElectionSeconds, 0, 30, "Upstream:ElectionSeconds"),
        .. Range(options.RetryBudget, 0, 1, "Upstream:RetryBudget"),
    ];

    private static IEnumerable<string> Cache(VaultProxyOptions options) =>
    [
        .. Range(options.Cache.TtlSeconds, 1, 300, "Cache:TtlSeconds"),
        .. Range(options.Cache.ProofSeconds, 1, 300, "Cache:ProofSeconds"),
        .. Range(options.Cache.StaleIfErrorSeconds, 0, 3600, "Cache:StaleIfErrorSeconds"),
        .. Range(options.Cache.MaxEntryBytes, 1, 64 * 1024, "Cache:MaxEntryBytes"),
        .. Range(options.Cache.MaxBytes, options.Cache.MaxEntryBytes, 1L << 30, "Cache:MaxBytes"),
        .. options.Cache.Prefixes.Where(prefix => !IsMountAndNames(prefix)).Select(
            prefix => $"Cache:Prefixes: '{prefix}' is not mount/prefix"),
    ];

    private static IEnumerable<string> Limits(VaultProxyOptions options) =>
    [
        .. Range(options.RateLimits.RequestsPerSecond, 0, 1e9, "RateLimits:RequestsPerSecond"),
        .. Range(options.RateLimits.Burst, 1, 1e9, "RateLimits:Burst"),
        .. Range(options.RateLimits.LoginsPerMinute, 0, 1e6, "RateLimits:LoginsPerMinute"),
        .. Range(options.RateLimits.LoginBurst, 1, 1e6, "RateLimits:LoginBurst"),
        .. Range(options.RateLimits.LoginFailures, 1, 4, "RateLimits:LoginFailures"),
        .. Range(options.RateLimits.LoginWindowMinutes, 1, 1440, "RateLimits:LoginWindowMinutes"),
        .. Range(options.RateLimits.MaxPartitions, 100, 10_000_000, "RateLimits:MaxPartitions"),
        .. Range(options.Peers.TimeoutSeconds, 0.1, 5, "Peers:TimeoutSeconds"),
        .. Range(options.Drain.DelaySeconds, 0, 60, "Drain:DelaySeconds"),
        .. Range(options.Drain.TimeoutSeconds, 1, 120, "Drain:TimeoutSeconds"),
    ];

    private static IEnumerable<string> Range(double value, double from, double to, string setting) =>
        value >= from && value <= to ? [] : [$"{setting} is {value}, outside {from} to {to}"];
}
