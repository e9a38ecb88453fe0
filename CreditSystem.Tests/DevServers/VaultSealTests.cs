using System.Text.Json.Nodes;

namespace CreditSystem.Tests.DevServers;

public sealed class VaultSealTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("credit-system-vault-data-test-").FullName;

    [Fact]
    public async Task Shares_and_root_token_of_the_initialisation_are_good_after_a_restart_and_kept_nowhere()
    {
        string[] shares;
        string root;
        await using (var vault = await VaultHost.StartAsync(_directory, startsUninitialized: true))
        {
            (shares, root) = await InitializeAsync(vault, 5, 3);
            await UnsealAsync(vault, shares[0], shares[1], shares[2]);
            await vault.DoAsync("POST", "sys/mounts/secret", new { type = "kv-v2" }, root);
            await vault.DoAsync("POST", "secret/data/a", new { data = new { x = 1 } }, root);
        }

        await using var again = await VaultHost.StartAsync(_directory, startsUninitialized: true);
        var before = await again.SendAsync("GET", "secret/data/a", token: root);
        var status = await UnsealAsync(again, shares[4], shares[2], shares[3]);

        Assert.Equal((503, false), (before.Status, (bool)status["sealed"]!));
        Assert.Equal(1, (int)(await again.DoAsync("GET", "secret/data/a", token: root)).Data["data"]!["x"]!);
        var journal = await File.ReadAllTextAsync(Path.Combine(_directory, "vault.journal"), TestContext.Current.CancellationToken);
        Assert.All([.. shares, root], secret => Assert.DoesNotContain(secret, journal, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Shares_of_another_server_do_not_unseal_it()
    {
        await using var other = await VaultHost.StartAsync(startsUninitialized: true);
        await using var vault = await VaultHost.StartAsync(startsUninitialized: true);
        var (foreign, _) = await InitializeAsync(other, 3, 2);
        var (own, _) = await InitializeAsync(vault, 3, 2);

        await vault.DoAsync("POST", "sys/unseal", new { key = own[0] }, token: null);
        var mixed = await vault.SendAsync("POST", "sys/unseal", new { key = foreign[1] }, token: null);

        Assert.Equal(400, mixed.Status);
        Assert.True((bool)(await vault.SendAsync("GET", "sys/seal-status", token: null)).Body!["sealed"]!);
        Assert.False((bool)(await UnsealAsync(vault, own[2], own[1]))["sealed"]!);
    }

    [Fact]
    public async Task New_shares_and_a_new_root_token_are_made_by_those_who_hold_the_old_shares()
    {
        await using var vault = await VaultHost.StartAsync(startsUninitialized: true);
        var (old, root) = await InitializeAsync(vault, 1, 1);
        await UnsealAsync(vault, old);

        var nonce = (await vault.DoAsync("POST", "sys/rotate/root/init", new { secret_shares = 2, secret_threshold = 2 }, root)).Data["nonce"];
        var rekeyed = (await vault.DoAsync("POST", "sys/rotate/root/update", new { key = old[0], nonce }, root)).Data;
        string[] shares = [.. rekeyed["keys_base64"]!.AsArray().Select(share => (string)share!)];
        var started = (await vault.DoAsync("POST", "sys/generate-root-token/attempt", new { }, root)).Data;
        foreach (var key in shares)
            started["encoded_token"] = (await vault.DoAsync("POST", "sys/generate-root-token/update", new { key, nonce = started["nonce"] }, root)).Data["encoded_token"]?.DeepClone();
        var decoded = await vault.SendAsync("POST", "sys/decode-token", new { encoded_token = started["encoded_token"], otp = started["otp"] }, token: null);

        Assert.Equal(200, (await vault.SendAsync("GET", "sys/mounts", token: (string)decoded.Body!["token"]!)).Status);
        await vault.DoAsync("POST", "sys/seal", token: root);
        Assert.Equal(400, (await vault.SendAsync("POST", "sys/unseal", new { key = "AAAA" }, token: null)).Status);
        Assert.False((bool)(await UnsealAsync(vault, shares))["sealed"]!);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static async Task<(string[] Shares, string Root)> InitializeAsync(VaultHost vault, int shares, int threshold)
    {
        var answer = await vault.DoAsync("POST", "sys/init", new { secret_shares = shares, secret_threshold = threshold }, token: null);
        return ([.. answer.Body!["keys_base64"]!.AsArray().Select(share => (string)share!)], (string)answer.Body["root_token"]!);
    }

    private static async Task<JsonObject> UnsealAsync(VaultHost vault, params string[] shares)
    {
        JsonObject status = [];
        foreach (var key in shares)
            status = (await vault.DoAsync("POST", "sys/unseal", new { key }, token: null)).Body!;
        return status;
    }
}
