using CreditSystem.VaultProxy.Policy;

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
    }
}

/// <summary>Connections to Vault.</summary>
internal sealed class UpstreamOptions
{
    /// <summary>PEM file of the authorities that alone may have signed Vault's certificate. Unset: those of the system.</summary>
    public string? CaCertificatePath { get; init; }

    /// <summary>PEM files of the certificate, and its key, with which the proxy shows itself to Vault.</summary>
    public string? ClientCertificatePath { get; init; }

    public string? ClientKeyPath { get; init; }

    /// <summary>The name expected in Vault's certificate, when it is not the host of the address.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>Seconds, 0.1 to 30.</summary>
    public double ConnectTimeoutSeconds { get; init; } = 2;

    /// <summary>Seconds after which a connection is replaced, so that a changed DNS name is seen; 10 to 3600.</summary>
    public int PooledConnectionLifetimeSeconds { get; init; } = 180;

    /// <summary>Seconds between two probes of a node, 0.1 to 300.</summary>
    public double ProbeIntervalSeconds { get; init; } = 5;

    /// <summary>Seconds, 0.1 to 30.</summary>
    public double ProbeTimeoutSeconds { get; init; } = 2;

    /// <summary>How often a body-less read that failed is sent again at most, 0 to 5.</summary>
    public int MaxRetries { get; init; } = 2;

    /// <summary>
    /// Seconds for which a request that no node takes, because none is active, is offered again, 0 to 30. After the active
    /// node's death the others elect one within about 10.
    /// </summary>
    public double ElectionSeconds { get; init; } = 15;

    /// <summary>Retries per request in the long run, 0 to 1, so that an outage is not multiplied.</summary>
    public double RetryBudget { get; init; } = 0.2;
}

/// <summary>The KV cache. Off where no prefix is given.</summary>
internal sealed class CacheOptions
{
    /// <summary>
    /// KV v2 secrets whose reads are cached, each <c>mount/prefix</c> within <see cref="VaultProxyOptions.KvPrefixes"/>. Default:
    /// none.
    /// </summary>
    public List<string> Prefixes { get; init; } = [];

    /// <summary>Seconds for which a response is served, 1 to 300. A write that does not pass this proxy is seen after that long.</summary>
    public int TtlSeconds { get; init; } = 30;

    /// <summary>
    /// Seconds for which a token that has read a secret itself is served from the cache, 1 to 300: the longest time for which
    /// a token revoked behind the proxy's back still reads what it has read before.
    /// </summary>
    public int ProofSeconds { get; init; } = 60;

    /// <summary>
    /// Seconds past its TTL for which a response is served while Vault fails, 0 (never) to 3600. Not while Vault is sealed.
    /// </summary>
    public int StaleIfErrorSeconds { get; init; }

    /// <summary>Memory of all responses in bytes.</summary>
    public long MaxBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>The largest response that is kept, in bytes; at most 65536.</summary>
    public int MaxEntryBytes { get; init; } = 64 * 1024;
}

/// <summary>The other replicas of the proxy, which are asked about failed logins.</summary>
internal sealed class PeerOptions
{
    /// <summary>
    /// Management ports, each <c>http://host:port</c>; a name that stands for several addresses, as that of a headless Service,
    /// names all of them. Default: none, for a single replica.
    /// </summary>
    public List<string> Addresses { get; init; } = [];

    /// <summary>Seconds after which a replica counts as silent, 0.1 to 5.</summary>
    public double TimeoutSeconds { get; init; } = 1;
}

/// <summary>Request limits, counted by each replica of the proxy, but for failed logins.</summary>
internal sealed class RateLimitOptions
{
    /// <summary>Requests per second of one token (of one address, without a token); 0 = unlimited.</summary>
    public double RequestsPerSecond { get; init; } = 500;

    /// <summary>Requests that one token may send at once.</summary>
    public int Burst { get; init; } = 1000;

    /// <summary>Logins per minute of one role_id; 0 = unlimited.</summary>
    public double LoginsPerMinute { get; init; } = 60;

    /// <summary>Logins of one role_id at once.</summary>
    public int LoginBurst { get; init; } = 30;

    /// <summary>
    /// Failed logins of one role_id that reach Vault within <see cref="LoginWindowMinutes"/>, 1 to 4: at 5 Vault locks the role_id
    /// for everyone. Counted over all replicas that <see cref="PeerOptions"/> names, else by each on its own.
    /// </summary>
    public int LoginFailures { get; init; } = 4;

    /// <summary>Minutes, as in Vault's lockout_counter_reset.</summary>
    public int LoginWindowMinutes { get; init; } = 15;

    /// <summary>How many tokens, addresses and roles are counted apart before the idle ones are forgotten.</summary>
    public int MaxPartitions { get; init; } = 100_000;
}

/// <summary>What happens between SIGTERM and the end.</summary>
internal sealed class DrainOptions
{
    /// <summary>Seconds for which requests are still taken while <c>/ready</c> already says no, 0 to 60.</summary>
    public double DelaySeconds { get; init; } = 3;

    /// <summary>Seconds that requests in flight have to finish, 1 to 120.</summary>
    public double TimeoutSeconds { get; init; } = 25;
}
