using CreditSystem.VaultProxy.Caching;
using CreditSystem.VaultProxy.Logins;
using CreditSystem.VaultProxy.Policy;
using CreditSystem.VaultProxy.RateLimiting;
using CreditSystem.VaultProxy.Upstreams;

namespace CreditSystem.VaultProxy;

/// <summary>What the proxy serves, and to whom it forwards. Section <c>VaultProxy</c>; validated at start.</summary>
internal sealed class VaultProxyOptions
{
    public const string SectionName = "VaultProxy";

    /// <summary>The Vault nodes, each <c>http(s)://host[:port]</c>. Required; there is no default.</summary>
    public List<string> Upstreams { get; init; } = [];

    public UpstreamOptions Upstream { get; init; } = new();

    /// <summary>The KV v2 secrets that may be read and written, each <c>mount/prefix</c>. Default: <c>secret/credit-system</c>.</summary>
    public List<string> KvPrefixes { get; init; } = [];

    /// <summary>
    /// The transit keys that may be used, each <c>mount/key</c>, or <c>mount/*</c> for all. Default: <c>transit/credit-system</c>.
    /// </summary>
    public List<string> TransitKeys { get; init; } = [];

    /// <summary>Mounts of the database engine whose credentials may be issued. Default: <c>database</c>.</summary>
    public List<string> DatabaseMounts { get; init; } = [];

    /// <summary>Mounts of the PKI engine that may issue certificates. Default: <c>pki</c>.</summary>
    public List<string> PkiMounts { get; init; } = [];

    /// <summary>Where AppRole is mounted below <c>auth/</c>.</summary>
    public string AppRoleMount { get; init; } = "approle";

    /// <summary>Namespaces (Vault Enterprise, OpenBao) that <c>X-Vault-Namespace</c> may name. Default: none but the root.</summary>
    public List<string> Namespaces { get; init; } = [];

    /// <summary>Further routes. Everything that is neither here nor in <see cref="VaultRoutes"/> is denied.</summary>
    public List<ExtraRoute> Routes { get; init; } = [];

    /// <summary>
    /// Lets every path through except those of <see cref="Policy.ForbiddenPaths"/>, also to a Vault that is new or sealed. For
    /// administering or testing a
    /// development Vault through the proxy; never where applications connect.
    /// </summary>
    public bool AllowAdministration { get; init; }

    /// <summary>
    /// Whether a request must carry <c>X-Vault-Request: true</c>, which a server-side request forgery rarely can. Vault's own
    /// clients send it; node-vault does not.
    /// </summary>
    public bool RequireVaultRequestHeader { get; init; }

    /// <summary>
    /// Whether a client has to show a certificate of an authority in <c>ca.crt</c> of <c>Certificates:Directory</c> for all but
    /// what it takes to get one: login, second factor, unwrapping, PKI, and the state.
    /// </summary>
    public bool RequireClientCertificate { get; init; }

    public CacheOptions Cache { get; init; } = new();

    public RateLimitOptions RateLimits { get; init; } = new();

    public PeerOptions Peers { get; init; } = new();

    public DrainOptions Drain { get; init; } = new();

    /// <summary>One further allowed path.</summary>
    internal sealed class ExtraRoute
    {
        /// <summary>
        /// Below <c>/v1/</c>, in the syntax of <see cref="Policy.PathTemplate"/>, e.g. <c>auth/kubernetes/login</c> or
        /// <c>kv/data/team/{tail}</c>.
        /// </summary>
        public string Path { get; init; } = "";

        /// <summary>GET, HEAD, LIST, SCAN (OpenBao), POST, PUT, PATCH, DELETE.</summary>
        public List<string> Methods { get; init; } = [];

        /// <summary>Query parameters that are let through.</summary>
        public List<string> Query { get; init; } = [];

        public int TimeoutSeconds { get; init; } = 30;

        public int BodyLimitBytes { get; init; } = VaultRoute.SmallBodyBytes;

        internal VaultRoute ToRoute() => new(
            MountClass.Custom, Methods.Aggregate(VaultMethods.None, (all, method) => all | VaultMethodNames.Parse(method)), Path)
        {
            Query = Query,
            BodyLimitBytes = BodyLimitBytes,
            Timeout = TimeSpan.FromSeconds(TimeoutSeconds),
            SpansNamespaces = true,
        };
    }
}

/// <summary>What happens between SIGTERM and the end.</summary>
internal sealed class DrainOptions
{
    /// <summary>Seconds for which requests are still taken while <c>/ready</c> already says no, 0 to 60.</summary>
    public double DelaySeconds { get; init; } = 3;

    /// <summary>Seconds that requests in flight have to finish, 1 to 120.</summary>
    public double TimeoutSeconds { get; init; } = 25;
}
