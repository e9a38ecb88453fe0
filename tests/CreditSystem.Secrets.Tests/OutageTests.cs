using System.ComponentModel.DataAnnotations;
using System.Text;
using CreditSystem.Secrets.Snapshot;
using CreditSystem.Secrets.Sources;
using CreditSystem.Secrets.Vault;
using CreditSystem.Testing;
using CreditSystem.Testing.Vault;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Secrets.Tests;

public sealed class OutageTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("credit-system-snapshot-");
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    private string SnapshotPath => Path.Combine(_directory.FullName, "secrets");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Delete(recursive: true);

    /// <summary>vault#28305.</summary>
    [Fact]
    public async Task A_start_while_vault_is_down_uses_the_last_good_secrets_and_says_so()
    {
        await using var vault = await RunOnceAsync();
        vault.Fault = _ => 503;
        _time.Advance(TimeSpan.FromHours(3));

        using var setup = Setup(vault);
        Assert.False(await setup.RefreshAsync());
        Assert.True(setup.Store.Restore());

        Assert.Equal("127.0.0.1:2,password=canary-redis-password", setup.Configuration.GetConnectionString("redis"));
        Assert.Equal(SecretOrigin.Snapshot, setup.Store.SourceOf("redis:password")!.Origin);
        Assert.NotNull(setup.Graph.Status.UnreachableSince);

        vault.Fault = _ => null;
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.True(await setup.RefreshAsync());
        Assert.Equal(SecretOrigin.Vault, setup.Store.SourceOf("redis:password")!.Origin);
        Assert.Null(setup.Graph.Status.UnreachableSince);
    }

    [Fact]
    public async Task The_file_shows_nothing_and_belongs_to_its_owner_alone()
    {
        await using var vault = await RunOnceAsync();

        var content = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(SnapshotPath, Token));

        Assert.DoesNotContain("canary", content, StringComparison.Ordinal);
        Assert.DoesNotContain("redis", content, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SnapshotPath));
        Assert.Single(_directory.GetFiles());
    }

    [Fact]
    public async Task A_file_that_was_changed_is_not_used()
    {
        await using var vault = await RunOnceAsync();
        var content = await File.ReadAllBytesAsync(SnapshotPath, Token);
        content[^30] ^= 1;
        await File.WriteAllBytesAsync(SnapshotPath, content, Token);

        AssertRefused(vault, "AuthenticationTagMismatchException");
    }

    [Fact]
    public async Task A_file_under_another_key_is_not_used()
    {
        await using var vault = await RunOnceAsync();

        AssertRefused(vault, "AuthenticationTagMismatchException", options => options.Snapshot.Key = "another-snapshot-key-0123456789abcdef01234");
    }

    [Fact]
    public async Task A_file_that_is_too_old_is_not_used()
    {
        await using var vault = await RunOnceAsync();
        _time.Advance(TimeSpan.FromHours(24) + TimeSpan.FromSeconds(1));

        AssertRefused(vault, "it is too old");
    }

    [Fact]
    public async Task A_file_that_others_can_read_is_not_used()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no modes.");
        await using var vault = await RunOnceAsync();
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(SnapshotPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        AssertRefused(vault, "others can read it");
    }

    [Fact]
    public void A_key_that_lies_beside_the_snapshot_is_refused()
    {
        var options = new SnapshotOptions { Path = SnapshotPath, KeyFile = Path.Combine(_directory.FullName, "key") };

        var refusal = Assert.Throws<ValidationException>(() => SnapshotFile.Create(options, _time, new RecordingLogger()));

        Assert.Contains("VAULT_SNAPSHOT_KEY_FILE", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_secret_is_given_up_when_vault_has_not_confirmed_it_for_too_long()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        SecretsSetup.WriteAll(vault);
        using var setup = new SecretsSetup(vault, _time, configure: options => options.MaxStalenessBySecret["redis"] = TimeSpan.FromHours(1));
        await setup.RefreshAsync();
        vault.Fault = _ => 503;

        _time.Advance(TimeSpan.FromMinutes(59));
        await setup.RefreshAsync();
        Assert.Equal("canary-redis-password", setup.Configuration["redis:password"]);

        _time.Advance(TimeSpan.FromMinutes(2));
        await setup.RefreshAsync();
        await setup.RefreshAsync();
        Assert.Null(setup.Configuration["redis:password"]);
        Assert.Equal(SecretsSetup.SigningKey, setup.Configuration["app:secret_key"]);
        Assert.Single(setup.Logger.Lines, line => line.StartsWith("Critical 2013 ", StringComparison.Ordinal));

        _time.Advance(TimeSpan.FromHours(72));
        await setup.RefreshAsync();
        Assert.NotEqual(SecretsSetup.SigningKey, setup.Configuration["app:secret_key"]);

        vault.Fault = _ => null;
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.True(await setup.RefreshAsync());
        Assert.Equal("canary-redis-password", setup.Configuration["redis:password"]);
    }

    [Fact]
    public async Task A_secret_id_that_was_rejected_before_a_restart_is_not_sent_after_it()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        for (var start = 0; start < 5; start++)
        {
            using var setup = Setup(vault, options => options.SecretId = "secret-canary-revoked");
            Assert.False(await setup.RefreshAsync());
        }

        Assert.Equal(1, vault.Logins);
        Assert.DoesNotContain("canary", await File.ReadAllTextAsync($"{SnapshotPath}.rejected", Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Degraded_since_is_the_first_failure_until_vault_is_back()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        SecretsSetup.WriteAll(vault);
        using var setup = new SecretsSetup(vault, _time);
        await setup.RefreshAsync();
        vault.Fault = _ => 503;
        var since = _time.GetUtcNow();

        for (var i = 0; i < 3; i++)
        {
            await setup.RefreshAsync();
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(since, setup.Graph.Status.UnreachableSince);
    }

    private async Task<MinimalVault> RunOnceAsync()
    {
        var vault = await MinimalVault.StartAsync(_time);
        SecretsSetup.WriteAll(vault);
        using var setup = Setup(vault);
        Assert.True(await setup.RefreshAsync());
        return vault;
    }

    private SecretsSetup Setup(MinimalVault vault, Action<VaultOptions>? configure = null) => new(vault, _time, configure: options =>
    {
        options.Snapshot.Path = SnapshotPath;
        configure?.Invoke(options);
    });

    private void AssertRefused(MinimalVault vault, string reason, Action<VaultOptions>? configure = null)
    {
        using var setup = Setup(vault, configure);
        Assert.False(setup.Store.Restore());
        Assert.Contains(setup.Logger.Lines, line => line.Contains(reason, StringComparison.Ordinal));
    }
}
