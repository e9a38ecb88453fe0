using CreditSystem.Cli.Rotation;
using CreditSystem.Testing.Vault;

namespace CreditSystem.Cli.Tests.Rotation;

/// <summary>The authority is replaced step by step, and no step is taken before the one before has had its time.</summary>
public sealed class RotateCaTests : IAsyncLifetime
{
    private readonly SkippedTime _time = new();
    private DevVault _vault = null!;
    private CliRun _command = null!;

    public async ValueTask InitializeAsync()
    {
        _vault = await DevVault.StartAsync(TimeProvider.System);
        _command = new CliRun(new Dictionary<string, string?> { ["VAULT_ADDR"] = $"{_vault.Address}", ["VAULT_TOKEN"] = DevVault.RootToken }, _time);
        var (exitCode, output) = await _command.BootstrapAsync("--certificates");
        Assert.True(exitCode == 3, output);
        Assert.Contains("Changed: 0.", (await _command.BootstrapAsync("--certificates")).Output, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _vault.DisposeAsync();

    [Fact]
    public async Task Makes_another_authority_lets_it_sign_after_the_overlap_and_removes_the_old_one_when_nothing_of_it_is_good()
    {
        Assert.StartsWith("= the authority is good until", await RunAsync(0), StringComparison.Ordinal);
        await SkipAsync(TimeSpan.FromDays(2 * 365 + 1));
        Assert.StartsWith("+ another authority", await RunAsync(3), StringComparison.Ordinal);
        var old = await DefaultAsync();
        Assert.StartsWith("= the new authority does not sign", await RunAsync(3), StringComparison.Ordinal);
        // An operator who comes late must not shorten what follows.
        await SkipAsync(TimeSpan.FromDays(20));
        Assert.StartsWith("~ the new authority signs", await RunAsync(3), StringComparison.Ordinal);
        Assert.NotEqual(old, await DefaultAsync());
        Assert.StartsWith("= certificates of the old authority are still good", await RunAsync(3), StringComparison.Ordinal);
        await SkipAsync(TimeSpan.FromHours(73));
        Assert.StartsWith("- the old authority", await RunAsync(0), StringComparison.Ordinal);
        Assert.StartsWith("= the authority is good until", await RunAsync(0), StringComparison.Ordinal);
        Assert.Single((await _vault.DoAsync("LIST", "pki/issuers"))["keys"]!.AsArray());
    }

    [Fact]
    public async Task Begins_at_once_where_it_is_told_to() => Assert.StartsWith("+ another authority", await RunAsync(3, "--now"), StringComparison.Ordinal);

    /// <summary>A fake clock would fire every second of two years at the server's timers.</summary>
    private sealed class SkippedTime : TimeProvider
    {
        public TimeSpan Skipped { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Skipped;
    }

    private Task SkipAsync(TimeSpan time)
    {
        _time.Skipped += time;
        return _vault.SkipAsync(time);
    }

    private async Task<string> DefaultAsync() => (string)(await _vault.DoAsync("GET", "pki/config/issuers"))["default"]!;

    private async Task<string> RunAsync(int expected, params string[] options)
    {
        var (exitCode, output) = await _command.RunAsync(RotateCaCommand.Name, options);
        Assert.True(exitCode == expected, output);
        return output;
    }
}
