using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using CreditSystem.Bench.Processes;
using CreditSystem.ServiceDefaults.Certificates;
using CreditSystem.ServiceDefaults.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace CreditSystem.Bench.Rotation;

/// <summary>
/// The whole system on this machine, with data of its own that is deleted at the end: nothing in it has a credential but from Vault.
/// </summary>
internal sealed partial class RotatedSystem : IAsyncDisposable
{
    private const string MongoUser = "credit-system";
    private const string Database = "credit-system";

    private readonly string _directory = Directory.CreateTempSubdirectory("credit-system-rotation-").FullName;
    private readonly string _mongoRoot = Random();
    private readonly string _vaultRoot = $"hvs.{Random()}";
    private readonly int _mongoPort = ServerProcess.FreePort();
    private readonly int _redisPort = ServerProcess.FreePort();
    private readonly int _vaultPort = ServerProcess.FreePort();
    private readonly int _controlPort = ServerProcess.FreePort();
    private readonly int _proxyPort = ServerProcess.FreePort();
    private readonly HttpClient _probe;
    private readonly List<string> _signingKeys = [];
    private readonly Queue<string> _accessors = new();
    private readonly VaultAdministration _vault;
    private readonly ServerProcess[] _servers;
    private string[] _tokens = [];
    private string _redisPassword = Random();
    private string _mongoPassword = Random();
    private int _token;
    private double _secondsOfEndedProxies;

    private RotatedSystem()
    {
        _vault = new VaultAdministration(Local(_vaultPort), _vaultRoot);
        Certificates = new CertificateFolder(Path.Combine(_directory, "certificates"), NullLogger.Instance);
        ProxyCertificates = new CertificateFolder(Path.Combine(_directory, "proxy-certificates"), NullLogger.Instance);
        _probe = new HttpClient(CreateHandler(connections: 4)) { Timeout = TimeSpan.FromSeconds(5) };
        _servers = [Mongo(), Redis(), Vault(), Proxy(), Api()];
    }

    public TimeProvider Time { get; } = TimeProvider.System;

    public Uri ApiAddress { get; } = new($"https://localhost:{ServerProcess.FreePort()}/");

    /// <summary>Where the API keeps its certificate, and the authorities that its clients trust.</summary>
    public CertificateFolder Certificates { get; }

    /// <summary>Those of the vault-proxy, which an administrator replaces here.</summary>
    private CertificateFolder ProxyCertificates { get; }

    private Uri ProxyAddress => new($"https://localhost:{_proxyPort}");

    private Uri ManagementAddress { get; } = Local(ServerProcess.FreePort());

    private string CertificatesDirectory => Path.Combine(_directory, "certificates");

    private string CredentialsDirectory => Path.Combine(_directory, "approle");

    public static async Task<RotatedSystem> StartAsync(CancellationToken cancellationToken)
    {
        var system = new RotatedSystem();
        try
        {
            await Task.WhenAll(system._servers[..3].Select(server => server.StartAsync(cancellationToken)));
            await system.PrepareAsync(cancellationToken);
            await system._servers[3].StartAsync(cancellationToken);
            await system._servers[4].StartAsync(cancellationToken);
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// For a client that trusts the API's authorities alone, and makes new connections all the time. As many as given and no more: a
    /// client without a limit answers each pause with as many handshakes as there are requests that wait, which prolong it.
    /// </summary>
    public SocketsHttpHandler CreateHandler(int connections, Action? connected = null)
    {
        var handler = new SocketsHttpHandler
        {
            PooledConnectionLifetime = TimeSpan.FromSeconds(2),
            MaxConnectionsPerServer = connections,
        };
        handler.SslOptions.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
        {
            connected?.Invoke();
            // Read again only where it is needed: at a certificate of an authority that is not known yet.
            if (Certificates.IsTrusted(sender, certificate, chain, errors)
                || ProxyCertificates.IsTrusted(sender, certificate, chain, errors))
                return true;
            Certificates.Refresh();
            return Certificates.IsTrusted(sender, certificate, chain, errors);
        };
        return handler;
    }

    /// <summary>What each process has used of the processors until now, this one with the load among them.</summary>
    public IReadOnlyList<ProcessorUse> ProcessorUses()
    {
        using var load = Process.GetCurrentProcess();
        return
        [
            .. _servers.Select(server => new ProcessorUse(
                server.Name, server.ProcessorTime.TotalSeconds + (server == _servers[3] ? _secondsOfEndedProxies : 0))),
            new ProcessorUse("the load itself", load.TotalProcessorTime.TotalSeconds),
        ];
    }

    /// <summary>By each signing key in turn: that of before the rotation goes on being good.</summary>
    public string NextAccessToken()
    {
        var tokens = Volatile.Read(ref _tokens);
        return tokens[(Interlocked.Increment(ref _token) & int.MaxValue) % tokens.Length];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers.Reverse())
            await server.DisposeAsync();
        _vault.Dispose();
        _probe.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(CredentialsDirectory);
        Directory.CreateDirectory(CertificatesDirectory);
        await _vault.CreateAuthorityAsync(cancellationToken);
        await IssueProxyCertificateAsync(cancellationToken);
        await CreateMongoUserAsync(cancellationToken);
        await WriteIntoAsync("role_id", await _vault.CreateRoleAsync(cancellationToken), cancellationToken);
        await IssueSecretIdAsync(cancellationToken);
        await WriteMongoAsync(cancellationToken);
        await WriteRedisAsync(cancellationToken);
        await WriteSigningKeyAsync(cancellationToken);
        AcceptSigningKey();
        await _vault.WriteAsync("monitoring", new JsonObject { ["log_level"] = "WARNING", ["metrics_enabled"] = true }, cancellationToken);
    }

    private ServerProcess Mongo() => new("CreditSystem.Dev.Mongo", new()
    {
        ["MONGO_INITDB_ROOT_USERNAME"] = "root",
        ["MONGO_INITDB_ROOT_PASSWORD"] = _mongoRoot,
        ["MONGO_PORT"] = $"{_mongoPort}",
        ["DEV_DATA_DIRECTORY"] = Path.Combine(_directory, "mongo"),
    }, SaysSoAsync);

    private ServerProcess Redis() => new("CreditSystem.Dev.Redis", new()
    {
        ["REDIS_PASSWORD"] = _redisPassword,
        ["REDIS_PORT"] = $"{_redisPort}",
        ["DEV_DATA_DIRECTORY"] = Path.Combine(_directory, "redis"),
    }, SaysSoAsync);

    private ServerProcess Vault() => new("CreditSystem.Dev.Vault", new()
    {
        ["VAULT_DEV_ROOT_TOKEN_ID"] = _vaultRoot,
        ["VAULT_DEV_LISTEN_ADDRESS"] = $"127.0.0.1:{_vaultPort}",
        ["VAULT_DEV_CONTROL_ADDRESS"] = $"127.0.0.1:{_controlPort}",
        ["DEV_DATA_DIRECTORY"] = Path.Combine(_directory, "vault"),
    }, SaysSoAsync);

    private ServerProcess Proxy() => new("CreditSystem.VaultProxy", new()
    {
        ["ASPNETCORE_URLS"] = $"https://127.0.0.1:{_proxyPort}",
        ["Certificates__Directory"] = Path.Combine(_directory, "proxy-certificates"),
        ["Certificates__PollInterval"] = "00:00:00.500",
        ["VaultProxy__RequireClientCertificate"] = "true",
        ["VaultProxy__Upstreams__0"] = Local(_vaultPort).ToString().TrimEnd('/'),
        ["VaultProxy__Upstream__ProbeIntervalSeconds"] = "1",
        // A restart for a new image waits for its connections; here the point is that nobody else has to.
        ["VaultProxy__Drain__DelaySeconds"] = "0",
        ["Logging__LogLevel__Default"] = "Warning",
    }, (_, token) => AnswersAsync(new Uri(ProxyAddress, ProbePaths.Alive), token));

    // As in production, except that the limits would refuse a benchmark within its first second.
    private ServerProcess Api() => new("CreditSystem.Api", new()
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        ["ASPNETCORE_URLS"] = $"https://127.0.0.1:{ApiAddress.Port};{ManagementAddress}",
        ["Certificates__Directory"] = CertificatesDirectory,
        ["Certificates__PollInterval"] = "00:00:00.500",
        ["Vault__Pki__Role"] = "credit-system",
        ["Vault__Pki__CommonName"] = "localhost",
        ["Vault__Pki__PollInterval"] = "00:00:01",
        ["Management__Port"] = $"{ManagementAddress.Port}",
        ["VAULT_ADDR"] = ProxyAddress.ToString().TrimEnd('/'),
        ["VAULT_CACERT"] = Path.Combine(_directory, "proxy-certificates", CertificateFolder.AuthoritiesFile),
        ["VAULT_CREDENTIALS_DIRECTORY"] = CredentialsDirectory,
        ["Vault__PollInterval"] = "00:00:02",
        ["RateLimits__Enabled"] = "false",
    }, (_, token) => AnswersAsync(new Uri(ApiAddress, ProbePaths.Ready), token));

    private static Task<bool> SaysSoAsync(ServerProcess server, CancellationToken cancellationToken) =>
        Task.FromResult(server.HasSaid(" is ready on "));

    private async Task<bool> AnswersAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _probe.GetAsync(address, cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception exception)
            when (exception is HttpRequestException || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    private static string Random() => RandomNumberGenerator.GetHexString(40, lowercase: true);

    private static Uri Local(int port) => new($"http://127.0.0.1:{port}/");
}
