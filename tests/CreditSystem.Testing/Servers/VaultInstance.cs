using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace CreditSystem.Testing.Servers;

/// <summary>A development Vault of one test's own: it can be killed and started again on the same port with the same data.</summary>
public sealed class VaultInstance : IAsyncDisposable
{
    private readonly string _dataDirectory = Directory.CreateTempSubdirectory("credit-system-vault-test-").FullName;
    private DevServerProcess? _process;

    private readonly string _dialect;

    private VaultInstance(string dialect) => _dialect = dialect;

    public int Port { get; } = FreePort.Take();

    public int ControlPort { get; } = FreePort.Take();

    public string RootToken { get; } = $"hvs.{RandomNumberGenerator.GetHexString(24, lowercase: true)}";

    /// <summary>For <c>VAULT_ADDR</c>.</summary>
    public Uri Address => new($"http://127.0.0.1:{Port}");

    /// <summary>Where faults are injected.</summary>
    public Uri ControlAddress => new($"http://127.0.0.1:{ControlPort}");

    public string DataDirectory => _dataDirectory;

    public string Output => _process?.Output ?? "";

    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <param name="dialect">Whose answers it gives: <c>openbao</c> or <c>vault</c>.</param>
    public static async Task<VaultInstance> StartAsync(CancellationToken cancellationToken, string dialect = "openbao")
    {
        var instance = new VaultInstance(dialect);
        try
        {
            await instance.StartAgainAsync(cancellationToken);
            return instance;
        }
        catch
        {
            await instance.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it after <see cref="KillAsync"/> or <see cref="StopAsync"/>, on the same port with the same data.</summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken) => _process = await DevServerProcess.StartAsync("CreditSystem.Dev.Vault", new Dictionary<string, string>
    {
        ["VAULT_DEV_ROOT_TOKEN_ID"] = RootToken,
        ["VAULT_DEV_LISTEN_ADDRESS"] = $"127.0.0.1:{Port}",
        ["VAULT_DEV_CONTROL_ADDRESS"] = $"127.0.0.1:{ControlPort}",
        ["VAULT_DEV_DIALECT"] = _dialect,
        ["DEV_DATA_DIRECTORY"] = _dataDirectory,
    }, cancellationToken);

    /// <summary>Ends it with SIGKILL.</summary>
    public Task KillAsync() => Running.KillAsync();

    /// <summary>Ends it with SIGTERM. Its exit code.</summary>
    public Task<int> StopAsync() => Running.TerminateAsync();

    /// <summary>A client with this token, the root token by default; its paths begin with <c>v1/</c>.</summary>
    public HttpClient CreateClient(string? token = null)
    {
        var client = new HttpClient { BaseAddress = Address };
        client.DefaultRequestHeaders.Add("X-Vault-Token", token ?? RootToken);
        return client;
    }

    /// <summary>Injects a fault, e.g. <c>seal</c>, or <c>slow</c> with <c>{ "milliseconds": 200 }</c>. The server's state after it.</summary>
    public async Task<JsonObject> ControlAsync(string fault, JsonObject? body = null)
    {
        using var client = new HttpClient { BaseAddress = ControlAddress };
        using var response = await client.PostAsJsonAsync(fault, body ?? []);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        Directory.Delete(_dataDirectory, recursive: true);
    }

    private DevServerProcess Running => _process ?? throw new InvalidOperationException("The server has not been started.");
}
