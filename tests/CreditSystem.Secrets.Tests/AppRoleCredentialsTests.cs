using System.Diagnostics;
using CreditSystem.Testing.Vault;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Secrets.Tests;

public sealed class AppRoleCredentialsTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("credit-system-approle-");
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_secret_id_that_replaces_another_in_its_file_is_used_at_once()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        WriteInto(_directory.FullName, "secret-canary-91c2");
        using var setup = new SecretsSetup(vault, _time, configure: options => options.CredentialsDirectory = _directory.FullName);
        await RunAsync(setup, vault);

        vault.SecretIds["secret-canary-second"] = 0;
        WriteInto(_directory.FullName, "secret-canary-second");

        await UntilAsync(() => vault.Logins == 2);
        await UntilAsync(() => vault.LiveTokens.Count == 1);
        await StopAsync(setup);
    }

    [Fact]
    public async Task The_swap_of_a_kubernetes_volume_is_seen()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        vault.SecretIds["secret-canary-second"] = 0;
        var path = _directory.FullName;
        WriteInto(Directory.CreateDirectory(Path.Combine(path, "..2026_1")).FullName, "secret-canary-91c2");
        WriteInto(Directory.CreateDirectory(Path.Combine(path, "..2026_2")).FullName, "secret-canary-second");
        File.CreateSymbolicLink(Path.Combine(path, "..data"), "..2026_1");
        foreach (var name in new[] { "role_id", "secret_id" })
            File.CreateSymbolicLink(Path.Combine(path, name), Path.Combine("..data", name));
        using var setup = new SecretsSetup(vault, _time, configure: options => options.CredentialsDirectory = path);
        await RunAsync(setup, vault);

        File.CreateSymbolicLink(Path.Combine(path, "..data_tmp"), "..2026_2");
        // rename(2) of a link to a folder over another one; File.Move follows the link.
        using var rename = Process.Start("mv", ["-T", Path.Combine(path, "..data_tmp"), Path.Combine(path, "..data")]);
        await rename.WaitForExitAsync(Token);

        await UntilAsync(() => vault.Logins == 2);
        await StopAsync(setup);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_watched_is_read_again_and_again()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        var path = Path.Combine(_directory.FullName, "later");
        using var setup = new SecretsSetup(vault, _time, configure: options => (options.SecretId, options.CredentialsDirectory) = (null, path));
        await setup.Renewal.StartAsync(Token);
        await setup.Watch.StartAsync(Token);
        await Task.Delay(200, Token);

        Directory.CreateDirectory(path);
        WriteInto(path, "secret-canary-91c2");
        Assert.Equal(0, vault.Logins);

        await UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            return vault.Logins > 0;
        });
        await StopAsync(setup);
    }

    [Fact]
    public async Task A_rejected_secret_id_leaves_the_token_in_use_alone()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        WriteInto(_directory.FullName, "secret-canary-91c2");
        using var setup = new SecretsSetup(vault, _time, configure: options => options.CredentialsDirectory = _directory.FullName);
        await RunAsync(setup, vault);
        var before = setup.Graph.Session.Current!.Accessor;

        WriteInto(_directory.FullName, "secret-canary-unknown");

        await UntilAsync(() => vault.Logins == 2);
        Assert.Equal(before, setup.Graph.Session.Current!.Accessor);
        Assert.Single(vault.LiveTokens);
        await StopAsync(setup);
    }

    [Fact]
    public async Task A_wrapped_secret_id_is_opened_once_and_used_for_every_login()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        SecretsSetup.WriteAll(vault);
        var wrapped = vault.Wrap("secret-canary-91c2");
        using var setup = new SecretsSetup(vault, _time, configure: options => (options.SecretId, options.WrappedSecretId, options.RoleName) = (null, wrapped, "credit-system"));

        Assert.True(await setup.RefreshAsync());
        vault.RevokeAll();
        Assert.True(await setup.RefreshAsync());

        Assert.Equal(2, vault.Logins);
        Assert.Equal(1, vault.Count("POST /v1/sys/wrapping/unwrap"));
    }

    /// <summary>The wrapping opens once; after a plain restart nobody else is to blame for that.</summary>
    [Fact]
    public async Task A_restart_uses_the_secret_id_that_was_opened_before_it_and_raises_no_alarm()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        SecretsSetup.WriteAll(vault);
        using var tamperings = new CounterProbe("vault.wrapping.tamperings");
        var wrapped = vault.Wrap("secret-canary-91c2");
        SecretsSetup Start() => new(vault, _time, configure: options =>
            (options.SecretId, options.WrappedSecretId, options.Snapshot.Path) = (null, wrapped, Path.Combine(_directory.FullName, "snapshot")));
        using (var first = Start())
            Assert.True(await first.RefreshAsync());

        using var second = Start();
        Assert.True(await second.RefreshAsync());

        Assert.Equal(2, vault.Logins);
        Assert.DoesNotContain(second.Logger.Lines, line => line.StartsWith("Critical ", StringComparison.Ordinal));
        Assert.Equal(0, tamperings.Total);
        Assert.All(_directory.GetFiles(), file => Assert.DoesNotContain("canary", File.ReadAllText(file.FullName), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("cubbyhole/response")]
    [InlineData("sys/wrapping/wrap")]
    [InlineData("auth/approle/role/another/secret-id")]
    [InlineData("auth/elsewhere/role/credit-system/secret-id")]
    [InlineData("auth/approle/role/credit-system/secret-id/lookup")]
    public async Task A_wrapping_that_was_made_elsewhere_is_not_opened_and_raises_the_alarm(string creationPath)
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        using var tamperings = new CounterProbe("vault.wrapping.tamperings");
        var wrapped = vault.Wrap("secret-canary-91c2", creationPath);
        using var setup = new SecretsSetup(vault, _time, configure: options => (options.SecretId, options.WrappedSecretId, options.RoleName) = (null, wrapped, "credit-system"));

        for (var i = 0; i < 3; i++)
        {
            Assert.False(await setup.RefreshAsync());
            _time.Advance(TimeSpan.FromMinutes(2));
        }

        Assert.Equal(0, vault.Logins);
        Assert.Equal(0, vault.Count("POST /v1/sys/wrapping/unwrap"));
        Assert.Single(setup.Logger.Lines, line => line.StartsWith("Critical 2009 ", StringComparison.Ordinal));
        Assert.True(tamperings.Total > 0);
    }

    [Fact]
    public async Task A_wrapping_that_somebody_has_opened_raises_the_alarm_and_the_plain_secret_id_is_used()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        SecretsSetup.WriteAll(vault);
        using var setup = new SecretsSetup(vault, _time, configure: options => options.WrappedSecretId = "hvs.canary-wrapping-opened");

        Assert.True(await setup.RefreshAsync());

        Assert.Single(setup.Logger.Lines, line => line.StartsWith("Critical 2009 ", StringComparison.Ordinal));
        Assert.DoesNotContain(setup.Logger.Lines, line => line.Contains("canary", StringComparison.Ordinal));
    }

    /// <summary>As a rotation does it: each file at once, the role_id first.</summary>
    private static void WriteInto(string directory, string secretId)
    {
        foreach (var (name, value) in new[] { ("role_id", MinimalVault.RoleId), ("secret_id", secretId) })
        {
            var temporary = Path.Combine(directory, $".{name}.tmp");
            File.WriteAllText(temporary, value);
            File.Move(temporary, Path.Combine(directory, name), overwrite: true);
        }
    }

    private static async Task RunAsync(SecretsSetup setup, MinimalVault vault)
    {
        await setup.Renewal.StartAsync(Token);
        await setup.Watch.StartAsync(Token);
        await UntilAsync(() => vault.Logins == 1 && setup.Graph.Session.Current is not null);
        // The watch has read what there is before it looks for changes.
        await Task.Delay(200, Token);
    }

    private static async Task StopAsync(SecretsSetup setup)
    {
        await setup.Watch.StopAsync(Token);
        await setup.Renewal.StopAsync(Token);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 600 && !condition(); i++)
            await Task.Delay(50, Token);
        Assert.True(condition());
    }
}
