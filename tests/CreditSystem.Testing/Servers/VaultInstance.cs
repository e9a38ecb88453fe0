using System.Security.Cryptography;

namespace CreditSystem.Testing.Servers;

/// <summary>A development Vault of one test's own.</summary>
public sealed class VaultInstance : DevServerInstance
{
    private readonly string dialect;
    private readonly int controlPort = FreePort.Take();

    private VaultInstance(string dialect)
        : base("CreditSystem.Dev.Vault") => this.dialect = dialect;

    public string RootToken { get; } = $"hvs.{RandomNumberGenerator.GetHexString(24, lowercase: true)}";

    /// <summary>For <c>VAULT_ADDR</c>.</summary>
    public Uri Address => new($"http://127.0.0.1:{Port}");

    /// <summary>Where faults are injected.</summary>
    public Uri ControlAddress => new($"http://127.0.0.1:{controlPort}");

    private protected override Dictionary<string, string> Settings => new()
    {
        ["VAULT_DEV_ROOT_TOKEN_ID"] = RootToken,
        ["VAULT_DEV_LISTEN_ADDRESS"] = $"127.0.0.1:{Port}",
        ["VAULT_DEV_CONTROL_ADDRESS"] = $"127.0.0.1:{controlPort}",
        ["VAULT_DEV_DIALECT"] = dialect,
    };

    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <param name="dialect">Whose answers it gives: <c>openbao</c> or <c>vault</c>.</param>
    public static Task<VaultInstance> StartAsync(CancellationToken cancellationToken, string dialect = "openbao") =>
        StartAsync(new VaultInstance(dialect), cancellationToken);

    /// <summary>A client with this token, the root token by default; its paths begin with <c>v1/</c>.</summary>
    public HttpClient CreateClient(string? token = null)
    {
        var client = new HttpClient { BaseAddress = Address };
        client.DefaultRequestHeaders.Add("X-Vault-Token", token ?? RootToken);
        return client;
    }
}
