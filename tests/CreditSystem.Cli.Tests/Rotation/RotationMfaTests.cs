using CreditSystem.Cli.Rotation;
using CreditSystem.Testing.Vault;

namespace CreditSystem.Cli.Tests.Rotation;

/// <summary>The rotation where every login of the mount needs a second factor: its own has a seed, the API's is proven without one.</summary>
public sealed class RotationMfaTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rotation-mfa-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Rotates_with_a_second_factor_of_its_own_and_without_the_seed_of_the_API()
    {
        await using var vault = await DevVault.StartAsync(TimeProvider.System);
        var (command, seed) = await PrepareAsync(vault);
        await File.WriteAllTextAsync(Path.Combine(_folder, "totp"), seed, TestContext.Current.CancellationToken);
        var before = await File.ReadAllTextAsync(Path.Combine(_folder, "approle", "secret_id"), TestContext.Current.CancellationToken);

        var (exitCode, output) = await command.RunAsync(RotateCommand.Name, "--directory", Path.Combine(_folder, "approle"));

        Assert.True(exitCode == 0, output);
        Assert.NotEqual(before, await File.ReadAllTextAsync(Path.Combine(_folder, "approle", "secret_id"), TestContext.Current.CancellationToken));
        Assert.Equal(1, vault.Count("sys/mfa/validate"));
    }

    [Fact]
    public async Task Says_that_it_has_no_seed_and_changes_nothing()
    {
        await using var vault = await DevVault.StartAsync(TimeProvider.System);
        var (command, _) = await PrepareAsync(vault);
        await File.WriteAllTextAsync(Path.Combine(_folder, "totp"), "", TestContext.Current.CancellationToken);
        var made = vault.Count("auth/approle/role/credit-system-approle/secret-id");

        var (exitCode, output) = await command.RunAsync(RotateCommand.Name, "--directory", Path.Combine(_folder, "approle"));

        Assert.Equal(1, exitCode);
        Assert.Contains("The rotation cannot log in: The login asks for a second factor (all: totp", output, StringComparison.Ordinal);
        Assert.Equal(made, vault.Count("auth/approle/role/credit-system-approle/secret-id"));
    }

    private async Task<(CliRun Command, string Seed)> PrepareAsync(DevVault vault)
    {
        var command = new CliRun(new Dictionary<string, string?>
        {
            ["VAULT_ADDR"] = $"{vault.Address}",
            ["VAULT_TOKEN"] = DevVault.RootToken,
            ["VAULT_CREDENTIALS_DIRECTORY"] = Path.Combine(_folder, "rotator"),
            ["VAULT_TOTP_FILE"] = Path.Combine(_folder, "totp"),
        });
        var (exitCode, output) = await command.BootstrapAsync("--credentials-directory", Path.Combine(_folder, "approle"), "--rotator-credentials-directory", Path.Combine(_folder, "rotator"));
        Assert.True(exitCode == 3, output);
        var login = await vault.DoAsync("POST", "auth/approle/login", new
        {
            role_id = await File.ReadAllTextAsync(Path.Combine(_folder, "rotator", "role_id")),
            secret_id = await File.ReadAllTextAsync(Path.Combine(_folder, "rotator", "secret_id")),
        });
        var method = (string)(await vault.DoAsync("POST", "identity/mfa/method/totp", new { issuer = "credit-system" }))["method_id"]!;
        await vault.DoAsync("POST", "identity/mfa/login-enforcement/all", new { mfa_method_ids = new[] { method }, auth_method_types = new[] { "approle" } });
        var url = await vault.DoAsync("POST", "identity/mfa/method/totp/admin-generate", new { method_id = method, entity_id = (string)login["auth"]!["entity_id"]! });
        return (command, (string)url["url"]!);
    }
}
