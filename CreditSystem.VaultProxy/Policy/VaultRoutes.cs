namespace CreditSystem.VaultProxy.Policy;

/// <summary>
/// The allow-list. A request is forwarded when one line matches its path, verb and query; everything else is denied.
/// Paths are those of https://developer.hashicorp.com/vault/api-docs.
/// </summary>
internal static class VaultRoutes
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(90);
    private static readonly string[] LeaseOperations = ["renew", "revoke", "lookup"];
    private static readonly string[] StatusPaths = ["sys/seal-status", "sys/init", "sys/leader"];
    private static readonly string[] ListQuery = ["list", "after", "limit"];
    private static readonly string[] HealthQuery =
    [
        "standbyok", "perfstandbyok", "activecode", "standbycode", "drsecondarycode", "haunhealthycode",
        "performancestandbycode", "removedcode", "sealedcode", "uninitcode",
    ];

    private static readonly string[] IssuerFiles = ["json", "crl"];

    internal static VaultRoute[] Create(VaultProxyOptions options) =>
    [
        .. options.KvPrefixes.OrDefault("secret/credit-system").SelectMany(Kv),
        .. Logins(options.AppRoleMount),
        .. Tokens(),
        .. options.TransitKeys.OrDefault("transit/credit-system").SelectMany(Transit),
        .. options.DatabaseMounts.OrDefault("database").SelectMany(Database),
        .. options.PkiMounts.OrDefault("pki").SelectMany(Pki),
        .. Leases(),
        .. Wrapping(),
        .. System(),
        .. options.Routes.Select(route => route.ToRoute()),
        .. options.AllowAdministration ? Administration() : [],
    ];

    // A Vault that is new or sealed has to be reached before it is healthy.
    private static IEnumerable<VaultRoute> Administration() =>
    [
        new(MountClass.Sys, VaultMethods.Write, "sys/init") { IsForSealed = true },
        new(MountClass.Sys, VaultMethods.Write, "sys/unseal") { IsForSealed = true },
        new(MountClass.Custom, VaultMethods.All, "{tail}")
        {
            Query = [.. ListQuery, "scan", "version", "depth", "type", "format", "help", "standbyok", "perfstandbyok"],
            BodyLimitBytes = VaultRoute.LargeBodyBytes,
            Timeout = Long,
            EndsTokens = true,
            SpansNamespaces = true,
        },
    ];

    private static IEnumerable<VaultRoute> Kv(string mountAndPrefix)
    {
        var (mount, prefix) = SplitMount(mountAndPrefix);
        VaultRoute Route(string part, VaultMethods methods) =>
            new(MountClass.Kv, methods, $"{mount}/{part}/{prefix}/{{tail?}}") { EvictsMount = mount };

        return
        [
            new VaultRoute(MountClass.Kv, VaultMethods.Get | VaultMethods.Write | VaultMethods.Patch | VaultMethods.Delete,
                $"{mount}/data/{prefix}/{{tail?}}")
            {
                Query = ["version"],
                BodyLimitBytes = VaultRoute.LargeBodyBytes,
                Retries = true,
                Cacheable = true,
                EvictsMount = mount,
            },
            new VaultRoute(
                MountClass.Kv, VaultMethods.Get | VaultMethods.List | VaultMethods.Write | VaultMethods.Patch | VaultMethods.Delete,
                $"{mount}/metadata/{prefix}/{{tail?}}")
            {
                Query = ListQuery,
                Retries = true,
                EvictsMount = mount,
            },
            new VaultRoute(MountClass.Kv, VaultMethods.Get, $"{mount}/subkeys/{prefix}/{{tail?}}")
            {
                Query = ["version", "depth"],
                Retries = true,
            },
            Route("delete", VaultMethods.Write),
            Route("undelete", VaultMethods.Write),
            Route("destroy", VaultMethods.Write),
        ];
    }

    private static IEnumerable<VaultRoute> Logins(string mount) =>
    [
        new(MountClass.Login, VaultMethods.Write, $"auth/{mount}/login")
        {
            BodyLimitBytes = 16 * 1024,
            NeedsCertificate = false,
        },
        new(MountClass.AppRole, VaultMethods.Get, $"auth/{mount}/role/{{name}}/role-id") { Retries = true },
        new(MountClass.AppRole, VaultMethods.Write | VaultMethods.List | VaultMethods.Get,
            $"auth/{mount}/role/{{name}}/secret-id/{{slash?}}") { Query = ListQuery },
        Write(MountClass.AppRole, $"auth/{mount}/role/{{name}}/secret-id/lookup"),
        Write(MountClass.AppRole, $"auth/{mount}/role/{{name}}/secret-id-accessor/lookup"),
        new(MountClass.AppRole, VaultMethods.Write | VaultMethods.Delete,
            $"auth/{mount}/role/{{name}}/secret-id-accessor/destroy"),
    ];

    private static IEnumerable<VaultRoute> Tokens() =>
    [
        new(MountClass.Token, VaultMethods.Get | VaultMethods.Write, "auth/token/lookup-self")
        {
            Retries = true,
            NeedsCertificate = false,
        },
        Write(MountClass.Token, "auth/token/renew-self"),
        new(MountClass.Token, VaultMethods.Write, "auth/token/revoke-self") { EndsTokens = true },
        Write(MountClass.Token, "sys/capabilities-self"),
        new(MountClass.Token, VaultMethods.Write, "sys/mfa/validate") { NeedsCertificate = false },
    ];

    private static IEnumerable<VaultRoute> Transit(string mountAndKey)
    {
        var (mount, key) = SplitMount(mountAndKey);
        var name = key == "*" ? "{name}" : key;
        string[] paths = [$"encrypt/{name}", $"decrypt/{name}", $"rewrap/{name}", $"hmac/{name}", $"hmac/{name}/{{name}}"];
        return paths.Select(path =>
            new VaultRoute(MountClass.Transit, VaultMethods.Write, $"{mount}/{path}") { BodyLimitBytes = VaultRoute.LargeBodyBytes });
    }

    // Reading creds creates a lease and a user: never sent twice, never cached.
    private static IEnumerable<VaultRoute> Database(string mount) =>
    [
        new(MountClass.Database, VaultMethods.Get, $"{mount}/creds/{{name}}") { Timeout = Long },
        new(MountClass.Database, VaultMethods.Get, $"{mount}/static-creds/{{name}}") { Retries = true },
    ];

    // To issue, and to learn whom to trust and whom no more. Nobody has a certificate before that.
    private static IEnumerable<VaultRoute> Pki(string mount) =>
    [
        new(MountClass.Pki, VaultMethods.Write, $"{mount}/issue/{{name}}") { NeedsCertificate = false },
        new(MountClass.Pki, VaultMethods.List | VaultMethods.Get, $"{mount}/issuers/{{slash?}}")
        {
            Query = ListQuery,
            Retries = true,
            NeedsCertificate = false,
        },
        .. IssuerFiles.Select(file => new VaultRoute(MountClass.Pki, VaultMethods.Get, $"{mount}/issuer/{{name}}/{file}")
        {
            Retries = true,
            NeedsCertificate = false,
        }),
    ];

    private static IEnumerable<VaultRoute> Leases() =>
        LeaseOperations.Select(
            operation => new VaultRoute(MountClass.Lease, VaultMethods.Write, $"sys/leases/{operation}")
            {
                Query = operation == "revoke" ? ["sync"] : [],
                Timeout = operation == "revoke" ? Long : TimeSpan.FromSeconds(30),
            });

    // Unwrapping spends the token, whatever the verb.
    private static IEnumerable<VaultRoute> Wrapping() =>
    [
        new(MountClass.Wrapping, VaultMethods.Write, "sys/wrapping/wrap") { BodyLimitBytes = VaultRoute.LargeBodyBytes },
        // A secret_id may come wrapped, before there is a certificate.
        new(MountClass.Wrapping, VaultMethods.Get | VaultMethods.Write, "sys/wrapping/lookup") { NeedsCertificate = false },
        new(MountClass.Wrapping, VaultMethods.Write, "sys/wrapping/unwrap") { NeedsCertificate = false },
        Write(MountClass.Wrapping, "sys/wrapping/rewrap"),
    ];

    private static IEnumerable<VaultRoute> System() =>
    [
        new(MountClass.Sys, VaultMethods.Get | VaultMethods.Head, "sys/health")
        {
            Query = HealthQuery,
            DropsUnknownQuery = true,
            ForwardsToUnhealthy = true,
            IsPoll = true,
            NeedsCertificate = false,
            Timeout = TimeSpan.FromSeconds(10),
        },
        .. StatusPaths.Select(path => new VaultRoute(MountClass.Sys, VaultMethods.Get, path)
        {
            ForwardsToUnhealthy = true,
            NeedsCertificate = false,
            Timeout = TimeSpan.FromSeconds(10),
        }),
        new(MountClass.Sys, VaultMethods.Get, "sys/internal/ui/mounts/{tail}") { Retries = true },
    ];

    private static VaultRoute Write(MountClass mountClass, string path) => new(mountClass, VaultMethods.Write, path);

    internal static (string Mount, string Name) SplitMount(string mountAndRest)
    {
        var slash = mountAndRest.IndexOf('/');
        return (mountAndRest[..slash], mountAndRest[(slash + 1)..].TrimEnd('/'));
    }

    private static List<string> OrDefault(this List<string> configured, string value) => configured.Count == 0 ? [value] : configured;
}
