using System.Text;

namespace CreditSystem.Tests.DevServers;

public sealed class VaultTransitTests
{
    private static readonly string Plaintext = Base64("4111 1111");

    [Fact]
    public async Task Encrypts_differently_each_time_and_decrypts()
    {
        await using var vault = await StartAsync();
        var one = await EncryptAsync(vault, Plaintext);
        var other = await EncryptAsync(vault, Plaintext);

        Assert.NotEqual(one, other);
        Assert.Equal("vault:v1:", one[..9]);
        // nonce of 12, ciphertext as long as the plaintext, tag of 16
        Assert.Equal(12 + 9 + 16, Convert.FromBase64String(one[9..]).Length);
        Assert.Equal(Plaintext, (string)(await vault.DoAsync("POST", "transit/decrypt/k", new { ciphertext = one })).Data["plaintext"]!);
    }

    [Fact]
    public async Task Rotation_keeps_old_ciphertexts_readable_until_they_are_rewrapped_and_cut_off()
    {
        await using var vault = await StartAsync();
        var old = await EncryptAsync(vault, Plaintext);
        await vault.DoAsync("POST", "transit/keys/k/rotate");
        var rewrapped = (string)(await vault.DoAsync("POST", "transit/rewrap/k", new { ciphertext = old })).Data["ciphertext"]!;
        Assert.Equal(200, (await vault.SendAsync("POST", "transit/decrypt/k", new { ciphertext = old })).Status);

        var config = await vault.DoAsync("POST", "transit/keys/k/config", new { min_decryption_version = 2 });

        var refused = await vault.SendAsync("POST", "transit/decrypt/k", new { ciphertext = old });
        Assert.Equal(["2"], config.Data["keys"]!.AsObject().Select(pair => pair.Key));
        Assert.Equal((400, "ciphertext or signature version is disallowed by policy (too old)"), (refused.Status, refused.Error));
        Assert.StartsWith("vault:v2:", rewrapped, StringComparison.Ordinal);
        Assert.Equal(Plaintext, (string)(await vault.DoAsync("POST", "transit/decrypt/k", new { ciphertext = rewrapped })).Data["plaintext"]!);
    }

    [Theory]
    [InlineData("transit/decrypt/none", "vault:v1:AAAA", "encryption key not found")]
    [InlineData("transit/rewrap/none", "vault:v1:AAAA", "encryption key not found")]
    [InlineData("transit/decrypt/k", "AAAA", "invalid ciphertext: no prefix")]
    [InlineData("transit/decrypt/k", "vault:v1", "invalid ciphertext: wrong number of fields")]
    [InlineData("transit/decrypt/k", "vault:vx:AAAA", "invalid ciphertext: version number could not be decoded")]
    [InlineData("transit/decrypt/k", "vault:v9:AAAA", "invalid ciphertext: version is too new")]
    [InlineData("transit/decrypt/k", "vault:v1:%", "invalid ciphertext: could not decode base64")]
    public async Task Says_what_is_wrong_with_a_ciphertext(string path, string ciphertext, string error)
    {
        await using var vault = await StartAsync();

        var answer = await vault.SendAsync("POST", path, new { ciphertext });

        Assert.Equal((400, error), (answer.Status, answer.Error));
    }

    [Fact]
    public async Task A_changed_ciphertext_or_another_context_does_not_decrypt()
    {
        await using var vault = await StartAsync();
        await vault.DoAsync("POST", "transit/keys/derived", new { derived = true });
        var bytes = Convert.FromBase64String((await EncryptAsync(vault, Plaintext))[9..]);
        bytes[^1] ^= 1;
        var bound = (string)(await vault.DoAsync("POST", "transit/encrypt/derived", new { plaintext = Plaintext, context = Base64("user-1") })).Data["ciphertext"]!;

        Assert.Equal("cipher: message authentication failed", (await vault.SendAsync("POST", "transit/decrypt/k", new { ciphertext = $"vault:v1:{Convert.ToBase64String(bytes)}" })).Error);
        Assert.Equal(200, (await vault.SendAsync("POST", "transit/decrypt/derived", new { ciphertext = bound, context = Base64("user-1") })).Status);
        Assert.Equal(400, (await vault.SendAsync("POST", "transit/decrypt/derived", new { ciphertext = bound, context = Base64("user-2") })).Status);
        Assert.Equal(400, (await vault.SendAsync("POST", "transit/decrypt/derived", new { ciphertext = bound })).Status);
    }

    [Fact]
    public async Task A_batch_says_for_each_item_how_it_went()
    {
        await using var vault = await StartAsync();
        var good = await EncryptAsync(vault, Plaintext);

        var answer = await vault.SendAsync("POST", "transit/decrypt/k", new { batch_input = new object[] { new { ciphertext = good, reference = "a" }, new { ciphertext = "bad" } } });
        var all = await vault.SendAsync("POST", "transit/encrypt/k", new { batch_input = new[] { new { plaintext = Plaintext }, new { plaintext = Base64("") } } });

        var results = answer.Data["batch_results"]!.AsArray();
        Assert.Equal((400, Plaintext, "a", "invalid ciphertext: no prefix"), (answer.Status, (string)results[0]!["plaintext"]!, (string)results[0]!["reference"]!, (string)results[1]!["error"]!));
        Assert.Equal((200, 2), (all.Status, all.Data["batch_results"]!.AsArray().Count));
    }

    [Fact]
    public async Task A_key_is_deleted_only_when_that_is_allowed()
    {
        await using var vault = await StartAsync();

        var refused = await vault.SendAsync("DELETE", "transit/keys/k");
        await vault.DoAsync("POST", "transit/keys/k/config", new { deletion_allowed = true });
        var deleted = await vault.SendAsync("DELETE", "transit/keys/k");

        Assert.Equal((400, "error deleting policy k: deletion is not allowed for this key", 204), (refused.Status, refused.Error, deleted.Status));
        Assert.Equal(404, (await vault.SendAsync("GET", "transit/keys/k")).Status);
    }

    [Fact]
    public async Task A_data_key_comes_with_its_own_ciphertext()
    {
        await using var vault = await StartAsync();

        var key = (await vault.DoAsync("POST", "transit/datakey/plaintext/k")).Data;
        var wrapped = (await vault.DoAsync("POST", "transit/datakey/wrapped/k")).Data;

        Assert.Equal(32, Convert.FromBase64String((string)key["plaintext"]!).Length);
        Assert.Equal((string)key["plaintext"]!, (string)(await vault.DoAsync("POST", "transit/decrypt/k", new { ciphertext = (string)key["ciphertext"]! })).Data["plaintext"]!);
        Assert.False(wrapped.ContainsKey("plaintext"));
    }

    [Fact]
    public async Task An_hmac_verifies_also_after_a_rotation()
    {
        await using var vault = await StartAsync();
        var hmac = (string)(await vault.DoAsync("POST", "transit/hmac/k", new { input = Plaintext })).Data["hmac"]!;
        await vault.DoAsync("POST", "transit/keys/k/rotate");

        Assert.True((bool)(await vault.DoAsync("POST", "transit/verify/k", new { input = Plaintext, hmac })).Data["valid"]!);
        Assert.False((bool)(await vault.DoAsync("POST", "transit/verify/k", new { input = Base64("other"), hmac })).Data["valid"]!);
    }

    [Fact]
    public async Task Encrypting_with_a_new_name_needs_the_right_to_create_it()
    {
        await using var vault = await StartAsync();
        var token = await vault.TokenWithAsync("path \"transit/encrypt/*\" { capabilities = [\"update\"] }");

        Assert.Equal(200, (await vault.SendAsync("POST", "transit/encrypt/k", new { plaintext = Plaintext }, token)).Status);
        Assert.Equal(403, (await vault.SendAsync("POST", "transit/encrypt/new", new { plaintext = Plaintext }, token)).Status);
    }

    private static async Task<VaultHost> StartAsync()
    {
        var vault = await VaultHost.StartAsync();
        await vault.DoAsync("POST", "sys/mounts/transit", new { type = "transit" });
        await vault.DoAsync("POST", "transit/keys/k");
        return vault;
    }

    private static async Task<string> EncryptAsync(VaultHost vault, string plaintext) =>
        (string)(await vault.DoAsync("POST", "transit/encrypt/k", new { plaintext })).Data["ciphertext"]!;

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
