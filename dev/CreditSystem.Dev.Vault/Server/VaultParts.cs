using CreditSystem.Dev.Vault.Audit;
using CreditSystem.Dev.Vault.Auth.AppRole;
using CreditSystem.Dev.Vault.Auth.Mfa;
using CreditSystem.Dev.Vault.Faults;
using CreditSystem.Dev.Vault.Leases;
using CreditSystem.Dev.Vault.Mounts;
using CreditSystem.Dev.Vault.Policies;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Secrets.Cubbyhole;
using CreditSystem.Dev.Vault.Secrets.Database;
using CreditSystem.Dev.Vault.Secrets.KeyValue;
using CreditSystem.Dev.Vault.Secrets.Pki;
using CreditSystem.Dev.Vault.Secrets.Transit;
using CreditSystem.Dev.Vault.Storage;
using CreditSystem.Dev.Vault.Sys;
using CreditSystem.Dev.Vault.Tokens;
using CreditSystem.Dev.Vault.Wrapping;

namespace CreditSystem.Dev.Vault.Server;

/// <summary>Everything the server is made of, put together.</summary>
internal sealed class VaultParts : IAsyncDisposable
{
    private readonly VaultStorage _storage;
    private readonly DevVaultOptions _options;
    private readonly ILoggerFactory _loggers;
    private readonly LockedUsers _lockedUsers;
    private readonly AuditLog _audit;
    private readonly PolicyStore _policies;
    private readonly SysBackend _sys;
    private readonly TokenBackend _tokenBackend;
    private readonly CubbyholeBackend _cubbyhole;
    private readonly IdentityBackend _identity;
    private readonly LoginMfa _mfa;

    public VaultParts(VaultStorage storage, TimeProvider time, DevVaultOptions options, Func<Uri> address, ILoggerFactory loggers)
    {
        (_storage, _options, _loggers) = (storage, options, loggers);
        Clock = new VaultClock(time);
        Mounts = new MountTable(storage) { Factory = Create };
        Namespaces = new NamespaceTable(storage);
        Leases = new LeaseStore(storage, Mounts, Clock, loggers.CreateLogger<LeaseStore>());
        Tokens = new TokenStore(storage, Leases, Clock, options.StartsUninitialized ? null : options.RootToken);
        _policies = new PolicyStore(storage, Clock);
        Seal = new SealState(storage, Clock, options.StartsUninitialized);
        _lockedUsers = new LockedUsers(Mounts, Clock);
        var mfa = new MfaStore(storage);
        _identity = new IdentityBackend(mfa, Mounts);
        _mfa = new LoginMfa(mfa, new MfaChecker(mfa, Clock), Tokens, Clock);
        var wrapping = new WrappingStore(storage, Tokens, Clock);
        _audit = new AuditLog(storage, Clock);
        var cors = new CorsRules(storage);
        var metrics = new Metrics(Seal, Tokens, Leases, Clock);
        _tokenBackend = new TokenBackend(Tokens, _policies, storage, Clock);
        _cubbyhole = new CubbyholeBackend(storage);
        _sys = new SysBackend(
        [
            new SealRoutes(Seal),
            new OperatorRoutes(Seal, Tokens),
            new MountRoutes(Mounts, Leases, Tokens, options.Dialect, Clock),
            new UiRoutes(Mounts, _policies, Tokens, Namespaces, options.Dialect),
            new PasswordPolicyRoutes(storage),
            new PolicyRoutes(_policies, Tokens, Clock),
            new ServerRoutes(Seal, Faults, options.Dialect, address),
            _lockedUsers,
            _mfa,
            cors,
            new LeaseRoutes(Leases, Tokens, Clock),
            new WrappingRoutes(wrapping, Tokens),
            new AuditRoutes(_audit, options.AllowsAuditByApi),
            metrics,
            new NamespaceRoutes(Namespaces, Mounts, AddBuiltIns),
        ]);
        Sweeper = new Sweeper(Clock, Mounts, Tokens, Leases, wrapping, loggers.CreateLogger<Sweeper>());
        var core = new VaultCore(Mounts, Tokens, _policies, wrapping, _audit, metrics, options.Dialect, Clock, loggers.CreateLogger<VaultCore>());
        Endpoint = new VaultEndpoint(core, Namespaces, Seal, new StatusRoutes(Seal, new InitRoute(Seal, Tokens), Faults, options.Dialect, Clock), cors, options.Dialect);
        MountAll();
    }

    public VaultClock Clock { get; }

    public FaultState Faults { get; } = new();

    public SealState Seal { get; }

    public MountTable Mounts { get; }

    public NamespaceTable Namespaces { get; }

    public LeaseStore Leases { get; }

    public TokenStore Tokens { get; }

    public Sweeper Sweeper { get; }

    public VaultEndpoint Endpoint { get; }

    public async ValueTask DisposeAsync()
    {
        await Sweeper.DisposeAsync();
        Mounts.Dispose();
        _audit.Dispose();
        _storage.Dispose();
    }

    private void MountAll()
    {
        foreach (var @namespace in Namespaces.Paths.Prepend(""))
            AddBuiltIns(@namespace);
        Mounts.Restore();
        // As `vault server -dev` does; later starts find it stored, or removed on purpose.
        if (_options.StartsUninitialized || _storage.Contains("initialized"))
            return;
        Mounts.Enable(MountTable.New("", "secret/", "kv") with { Description = "key/value secret storage", Options = new Dictionary<string, string> { ["version"] = "2" } });
        _storage.Put("initialized", "yes");
    }

    private void AddBuiltIns(string @namespace)
    {
        Mounts.AddBuiltIn(@namespace, "sys/", "system", "system endpoints used for control, policy and debugging", _sys);
        Mounts.AddBuiltIn(@namespace, "auth/token/", "token", "token based credentials", _tokenBackend);
        Mounts.AddBuiltIn(@namespace, "cubbyhole/", "cubbyhole", "per-token private secret storage", _cubbyhole);
        Mounts.AddBuiltIn(@namespace, "identity/", "identity", "identity store", _identity);
    }

    private Backend Create(Mount mount)
    {
        var data = Mounts.DataOf(mount);
        return (mount.IsAuth, mount.Type) switch
        {
            (false, "kv") => mount.Options?.GetValueOrDefault("version") == "2" ? new KeyValueBackend(data, Clock) : new UnversionedBackend(data),
            (false, "transit") => new TransitBackend(data, Clock),
            (false, "database") => new DatabaseBackend(data, Clock, Leases, Mounts, _options.DatabaseTimeout, _loggers.CreateLogger<DatabaseBackend>()),
            (false, "pki") => new PkiBackend(data, Clock, Leases, Mounts),
            (true, "approle") => new AppRoleBackend(data, Clock, _mfa, Mounts, _lockedUsers.Of(mount)),
            _ => throw VaultFault.BadRequest($"plugin not found in the catalog: {mount.Type}"),
        };
    }
}
