using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CreditSystem.Dev;
using CreditSystem.Testing.Servers;

namespace CreditSystem.Tests.DevServers;

public sealed class VaultPersistenceTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("credit-system-vault-data-test-").FullName;

    private string Journal => Path.Combine(_directory, "vault.journal");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Secrets_keys_tokens_and_mounts_outlive_a_restart_and_the_old_root_token_does_not()
    {
        string ciphertext, token;
        await using (var vault = await VaultHost.StartAsync(_directory))
        {
            await vault.DoAsync("POST", "secret/data/a", new { data = new { x = 1 } });
            await vault.DoAsync("POST", "sys/mounts/transit", new { type = "transit" });
            ciphertext = (string)(await vault.DoAsync("POST", "transit/encrypt/k", new { plaintext = "AAAA" })).Data["ciphertext"]!;
            token = (await vault.DoAsync("POST", "auth/token/create", new { ttl = "1h" })).Token;
        }

        await using var again = await VaultHost.StartAsync(_directory, "another-root");

        Assert.Equal(1, (int)(await again.DoAsync("GET", "secret/data/a", token: "another-root")).Data["data"]!["x"]!);
        Assert.Equal("AAAA", (string)(await again.DoAsync("POST", "transit/decrypt/k", new { ciphertext }, "another-root")).Data["plaintext"]!);
        Assert.Equal(200, (await again.SendAsync("GET", "auth/token/lookup-self", token: token)).Status);
        Assert.Equal(403, (await again.SendAsync("GET", "sys/mounts")).Status);
        Assert.DoesNotContain(token, await File.ReadAllTextAsync(Journal, Token), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(Journal));
    }

    [Fact]
    public async Task No_acknowledged_write_is_lost_by_sigkill()
    {
        await using var vault = await VaultInstance.StartAsync(Token);
        using var client = vault.CreateClient();
        var acknowledged = 0;
        using var stopping = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            while (!stopping.IsCancellationRequested)
            {
                using var response = await client.PostAsJsonAsync($"v1/secret/data/n/{acknowledged}", new { data = new { n = acknowledged } });
                if (response.IsSuccessStatusCode)
                    acknowledged++;
            }
        }, Token);
        while (acknowledged < 50)
            await Task.Delay(10, Token);

        await vault.KillAsync();
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => writing);
        await vault.StartAgainAsync(Token);

        for (var n = 0; n < acknowledged; n++)
            Assert.Equal(n, (int)(await client.GetFromJsonAsync<JsonObject>($"v1/secret/data/n/{n}", Token))!["data"]!["data"]!["n"]!);
        Assert.Equal(0, await vault.StopAsync());
        Assert.DoesNotContain(vault.RootToken, vault.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_a_last_line_is_forgotten()
    {
        await using (var vault = await VaultHost.StartAsync(_directory))
            await vault.DoAsync("POST", "secret/data/a", new { data = new { x = 1 } });
        await File.AppendAllTextAsync(Journal, "{\"Key\":\"half", Token);

        await using var again = await VaultHost.StartAsync(_directory);

        Assert.Equal(200, (await again.SendAsync("GET", "secret/data/a")).Status);
    }

    [Theory]
    [InlineData("{\"format\":\"credit-system-dev-vault\",\"version\":0}\n", "is not of this version's format")]
    [InlineData("{\"format\":\"credit-system-dev-vault\",\"version\":1}\nrubbish\n", "line 2 is damaged")]
    public async Task What_cannot_be_read_is_said_and_left_alone(string content, string reason)
    {
        await File.WriteAllTextAsync(Journal, content, Token);

        var failure = await Assert.ThrowsAsync<DevServerException>(() => VaultHost.StartAsync(_directory));

        Assert.Equal(65, failure.ExitCode);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.Contains("Move it away", failure.Message, StringComparison.Ordinal);
        Assert.Equal(content, await File.ReadAllTextAsync(Journal, Token));
    }

    [Fact]
    public async Task Two_servers_do_not_share_a_folder()
    {
        await using var vault = await VaultHost.StartAsync(_directory);

        var failure = await Assert.ThrowsAsync<DevServerException>(() => VaultHost.StartAsync(_directory));

        Assert.Contains("Another development Vault may be using it", failure.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
