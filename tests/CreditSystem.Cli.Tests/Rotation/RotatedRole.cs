using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CreditSystem.Cli.Rotation;
using CreditSystem.Testing.Servers;

namespace CreditSystem.Cli.Tests.Rotation;

/// <summary>An AppRole in the development Vault, as the bootstrap makes it, with a folder of credentials and the rotation's own.</summary>
internal sealed class RotatedRole : IDisposable
{
    private readonly VaultInstance vault;
    private readonly string root = Directory.CreateTempSubdirectory("credit-system-rotation-test-").FullName;
    private readonly Dictionary<string, string?> environment;

    private RotatedRole(VaultInstance vault, string name)
    {
        (this.vault, Name) = (vault, name);
        environment = new Dictionary<string, string?>
        {
            ["VAULT_ADDR"] = $"{vault.Address}",
            ["VAULT_TOKEN"] = vault.RootToken,
            ["VAULT_CREDENTIALS_DIRECTORY"] = Path.Combine(root, "rotator"),
        };
        Command = new CliRun(environment);
    }

    public string Name { get; }

    public string RoleName => $"{Name}-role";

    public string Credentials => Path.Combine(root, "approle");

    public CliRun Command { get; private set; }

    public string SecretId => File.ReadAllText(Path.Combine(Credentials, "secret_id"));

    public string RoleId => File.ReadAllText(Path.Combine(Credentials, "role_id"));

    /// <summary>Where the commands reach Vault.</summary>
    public string VaultAddress
    {
        get => environment["VAULT_ADDR"]!;
        set => environment["VAULT_ADDR"] = value;
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <param name="vaults">The server that the tests share.</param>
    /// <param name="through">Another way to it.</param>
    public static async Task<RotatedRole> CreateAsync(VaultServer vaults, Uri? through = null)
    {
        var role = new RotatedRole(await vaults.GetInstanceAsync(), vaults.CreateName("rotation"));
        if (through is not null)
            role.VaultAddress = $"{through}";
        var (exitCode, output) = await role.Command.BootstrapAsync(
            "--prefix", role.Name, "--policy", $"{role.Name}-policy", "--role", role.RoleName, "--rotator-role", $"{role.Name}-rotator",
            "--credentials-directory", role.Credentials, "--rotator-credentials-directory", Path.Combine(role.root, "rotator"));
        Assert.True(exitCode == 3, output);
        return role;
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    /// <summary>Sets a variable of the command's environment.</summary>
    public void Set(string name, string value) => environment[name] = value;

    public void UseTime(TimeProvider time) => Command = new CliRun(environment, time);

    public string FilePath(string name) => Path.Combine(root, name);

    /// <summary>Runs the bootstrap with this role's names.</summary>
    public Task<(int ExitCode, string Output)> BootstrapAsync(params string[] args) => Command.BootstrapAsync(
        ["--prefix", Name, "--policy", $"{Name}-policy", "--role", RoleName, "--rotator-role", $"{Name}-rotator", .. args]);

    public Task<(int ExitCode, string Output)> RotateAsync(params string[] args) =>
        Command.RunAsync(RotateCommand.Name, ["--role", RoleName, .. args is [] ? ["--directory", Credentials] : args]);

    /// <summary>Rotates in a process of its own, which ends itself as a kill does at the step. Its exit code.</summary>
    public async Task<int> RotateUntilKilledAsync(string step)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "CreditSystem.Cli.dll"), RotateCommand.Name, "--role", RoleName, "--directory", Credentials, "--overlap-seconds", "0"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        start.Environment[FailPoint.Variable] = step;
        using var process = Process.Start(start)!;
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(Token), process.StandardError.ReadToEndAsync(Token));
        await process.WaitForExitAsync(Token);
        await output;
        return process.ExitCode;
    }

    public async Task<bool> LogsInAsync(string secretId)
    {
        using var client = vault.CreateClient();
        using var response = await client.PostAsJsonAsync("v1/auth/approle/login", new { role_id = RoleId, secret_id = secretId }, Token);
        return response.IsSuccessStatusCode;
    }

    /// <summary>A client with a token of the rotation's own role.</summary>
    public async Task<HttpClient> LoginAsRotatorAsync()
    {
        using var client = vault.CreateClient();
        using var response = await client.PostAsJsonAsync("v1/auth/approle/login", new
        {
            role_id = await File.ReadAllTextAsync(Path.Combine(root, "rotator", "role_id"), Token),
            secret_id = await File.ReadAllTextAsync(Path.Combine(root, "rotator", "secret_id"), Token),
        }, Token);
        return vault.CreateClient((string?)(await response.Content.ReadFromJsonAsync<JsonObject>(Token))!["auth"]!["client_token"]);
    }

    public async Task<int> CountSecretIdsAsync()
    {
        using var client = vault.CreateClient();
        return ((JsonArray)(await client.GetFromJsonAsync<JsonObject>($"v1/auth/approle/role/{RoleName}/secret-id?list=true", Token))!["data"]!["keys"]!).Count;
    }
}
