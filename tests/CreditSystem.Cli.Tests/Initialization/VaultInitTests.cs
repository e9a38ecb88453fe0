using CreditSystem.Testing.Vault;

namespace CreditSystem.Cli.Tests.Initialization;

/// <summary><c>vault init</c> and <c>vault unseal</c> on a development Vault that is new: its keys are in files, and nowhere else.</summary>
public sealed class VaultInitTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("credit-system-init-").FullName;
    private DevVault _vault = null!;
    private CliRun _command = null!;

    private string Keys => Path.Combine(_folder, "keys");

    public async ValueTask InitializeAsync()
    {
        _vault = await DevVault.StartAsync(TimeProvider.System, options => options with { StartsUninitialized = true });
        _command = new CliRun(new Dictionary<string, string?> { ["VAULT_ADDR"] = $"{_vault.Address}" });
    }

    public async ValueTask DisposeAsync()
    {
        await _vault.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Initialises_and_unseals_and_says_nothing_of_the_keys()
    {
        Assert.Equal(1, (await RunAsync("vault", "unseal", "--key-file", await WriteAsync("x"))).ExitCode);
        var (exitCode, output) = await RunAsync("vault", "init", "--directory", Keys);
        Assert.True(exitCode == 0, output);
        Assert.Equal(["root_token", .. Enumerable.Range(1, 5).Select(share => $"unseal_key_{share}")], Directory.GetFiles(Keys).Select(Path.GetFileName).Order());
        Assert.All(Directory.GetFiles(Keys), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(file).UnixFileMode));
        Assert.Equal(503, await HealthAsync());

        (exitCode, output) = await RunAsync("vault", "unseal", "--directory", Keys);
        Assert.True(exitCode == 0, output);
        Assert.Equal("Unsealed.", output.Trim());
        Assert.Equal(200, await HealthAsync());
        Assert.All(Directory.GetFiles(Keys), file => Assert.DoesNotContain(File.ReadAllText(file).Trim(), _command.Everything, StringComparison.Ordinal));
        // The token is the root token, and the bootstrap works with it.
        (exitCode, output) = await _command.BootstrapAsync("--token-file", Path.Combine(Keys, "root_token"));
        Assert.True(exitCode == 3, output);
    }

    [Fact]
    public async Task Keepers_give_their_shares_one_by_one()
    {
        await RunAsync("vault", "init", "--directory", Keys, "--key-shares", "3", "--key-threshold", "2");

        var (exitCode, output) = await RunAsync("vault", "unseal", "--key-file", Path.Combine(Keys, "unseal_key_3"));
        Assert.Equal((3, "Sealed still: 1 of 2 key shares are in."), (exitCode, output.Trim()));
        (exitCode, output) = await RunAsync("vault", "unseal", "--key-file", Path.Combine(Keys, "unseal_key_1"));
        Assert.Equal((0, "Unsealed."), (exitCode, output.Trim()));
        Assert.Equal(0, (await RunAsync("vault", "unseal", "--directory", Keys)).ExitCode);
    }

    [Fact]
    public async Task Is_done_once_and_writes_over_no_keys()
    {
        await RunAsync("vault", "init", "--directory", Keys);
        var token = await File.ReadAllTextAsync(Path.Combine(Keys, "root_token"), TestContext.Current.CancellationToken);

        var (exitCode, output) = await RunAsync("vault", "init", "--directory", Path.Combine(_folder, "others"));
        Assert.Equal(1, exitCode);
        Assert.Contains("has been initialised already", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder, "others")));

        await using var another = await DevVault.StartAsync(TimeProvider.System, options => options with { StartsUninitialized = true });
        (exitCode, output) = await RunAsync("vault", "init", "--directory", Keys, "--address", $"{another.Address}");
        Assert.Equal(2, exitCode);
        Assert.Contains("is not empty", output, StringComparison.Ordinal);
        Assert.Equal(token, await File.ReadAllTextAsync(Path.Combine(Keys, "root_token"), TestContext.Current.CancellationToken));
        Assert.Equal(501, (await another.SendAsync("GET", "sys/health")).Status);
    }

    [Theory]
    [InlineData("--key-shares", "2", "--key-threshold", "3")]
    [InlineData("--key-shares", "2", "--key-threshold", "1")]
    [InlineData("--key-shares", "256", "--key-threshold", "1")]
    public async Task What_Vault_would_refuse_is_a_wrong_usage(params string[] numbers)
    {
        Assert.Equal(2, (await RunAsync(["vault", "init", "--directory", Keys, .. numbers])).ExitCode);
        Assert.False(Directory.Exists(Keys));
    }

    [Fact]
    public async Task A_share_of_another_Vault_is_refused_in_Vaults_words()
    {
        await RunAsync("vault", "init", "--directory", Keys, "--key-shares", "1", "--key-threshold", "1");

        var (exitCode, output) = await RunAsync("vault", "unseal", "--key-file", await WriteAsync(Convert.ToBase64String(new byte[32])));

        Assert.Equal(1, exitCode);
        Assert.Contains("Vault answers 400 to write sys/unseal", output, StringComparison.Ordinal);
        Assert.Equal(503, await HealthAsync());
    }

    private Task<(int ExitCode, string Output)> RunAsync(params string[] args) =>
        _command.RunAsync((all, host) => Cli.CommandLine.RunAsync(all, host), args);

    private async Task<string> WriteAsync(string text)
    {
        var path = Path.Combine(_folder, "share");
        await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
        return path;
    }

    private async Task<int> HealthAsync() => (await _vault.SendAsync("GET", "sys/health")).Status;
}
