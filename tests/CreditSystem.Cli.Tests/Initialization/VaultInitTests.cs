using System.Text.Json.Nodes;
using CreditSystem.Testing.Vault;

namespace CreditSystem.Cli.Tests.Initialization;

/// <summary><c>vault init</c> and <c>vault unseal</c> on a development Vault that is new: its keys are in files alone.</summary>
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
        Assert.Equal(
            ["root_token", .. Enumerable.Range(1, 5).Select(share => $"unseal_key_{share}")],
            Directory.GetFiles(Keys).Select(Path.GetFileName).Order());
        Assert.All(
            Directory.GetFiles(Keys),
            file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(file).UnixFileMode));
        Assert.Equal(503, await HealthAsync());

        (exitCode, output) = await RunAsync("vault", "unseal", "--directory", Keys);
        Assert.True(exitCode == 0, output);
        Assert.Equal("Unsealed.", output.Trim());
        Assert.Equal(200, await HealthAsync());
        Assert.All(
            Directory.GetFiles(Keys),
            file => Assert.DoesNotContain(File.ReadAllText(file).Trim(), _command.Everything, StringComparison.Ordinal));
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

    /// <summary>It is Vault that encrypts: the command gives it the keys, in the form that it takes, and keeps what it answers.</summary>
    [Fact]
    public async Task Shares_are_encrypted_by_Vault_for_their_keepers()
    {
        await using var vault = RecordingUpstream.Start();
        vault.Answer = request => new Reply(200, request.Target == "/v1/sys/init"
            ? """{"keys":["01","02"],"keys_base64":["of-the-first","of-the-second"],"root_token":"of-the-root"}"""
            : """{"initialized":false,"sealed":true,"type":"shamir","t":0,"n":0,"progress":0}""");
        var (armored, binary) = (await WriteAsync(PublicKey, "first.asc"), Path.Combine(_folder, "second.pgp"));
        var packets = Convert.FromBase64String(string.Concat(PublicKey.Split('\n')[2..^2]));
        await File.WriteAllBytesAsync(binary, packets, TestContext.Current.CancellationToken);

        var (exitCode, output) = await RunAsync(
            "vault", "init", "--address", vault.Address, "--directory", Keys, "--key-shares", "2", "--key-threshold", "2",
            "--pgp-key", armored, "--pgp-key", binary, "--root-token-pgp-key", armored);

        Assert.True(exitCode == 0, output);
        Assert.Contains("which its keeper alone can decrypt", output, StringComparison.Ordinal);
        var sent = JsonNode.Parse(vault.Requests.Single(request => request.Target == "/v1/sys/init").Text)!;
        var key = Convert.ToBase64String(packets);
        Assert.Equal([key, key], sent["pgp_keys"]!.AsArray().Select(one => $"{one}"));
        Assert.Equal(key, $"{sent["root_token_pgp_key"]}");
        Assert.Equal(
            ["of-the-first", "of-the-second", "of-the-root"],
            ((string[])["unseal_key_1", "unseal_key_2", "root_token"]).Select(name => File.ReadAllText(Path.Combine(Keys, name)).Trim()));
    }

    [Theory]
    [InlineData("a key for one of two shares", "there are 1 keys for 2 shares")]
    [InlineData("a file that is not there", "cannot be read")]
    [InlineData("a text", "is no public key of OpenPGP")]
    [InlineData("a broken armor", "is no public key of OpenPGP")]
    public async Task A_key_that_Vault_could_not_use_is_a_wrong_usage_and_nothing_is_asked(string fault, string complaint)
    {
        var good = await WriteAsync(PublicKey, "good.asc");
        var bad = fault switch
        {
            "a file that is not there" => Path.Combine(_folder, "nowhere"),
            "a text" => await WriteAsync("keeper@example.com", "text"),
            _ => await WriteAsync(PublicKey.Replace("mDMEawsY", "!!!!", StringComparison.Ordinal), "broken"),
        };
        string[] keys = fault == "a key for one of two shares" ? ["--pgp-key", good] : ["--pgp-key", good, "--pgp-key", bad];

        var (exitCode, output) = await RunAsync(
            ["vault", "init", "--directory", Keys, "--key-shares", "2", "--key-threshold", "2", .. keys]);

        Assert.Equal(2, exitCode);
        Assert.Contains(complaint, output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Keys));
    }

    /// <summary>The development Vault knows no OpenPGP, and says so: nothing is initialised, and nothing is left behind.</summary>
    [Fact]
    public async Task A_Vault_that_refuses_the_keys_leaves_nothing_behind()
    {
        var key = await WriteAsync(PublicKey, "key.asc");

        var (exitCode, output) = await RunAsync(
            "vault", "init", "--directory", Keys, "--key-shares", "1", "--key-threshold", "1", "--pgp-key", key);

        Assert.Equal(1, exitCode);
        Assert.Contains("PGP keys are not supported", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Keys));
        Assert.Equal(501, await HealthAsync());
    }

    /// <summary>Made for this test; its secret half is nowhere.</summary>
    private const string PublicKey = """
        -----BEGIN PGP PUBLIC KEY BLOCK-----

        mDMEawsYSRYJKwYBBAHaRw8BAQdAm2FmHrH2sA+UcXsBmgn6MZztldCWXU3MFo71
        VtBDewm0EmtlZXBlckBleGFtcGxlLmNvbYiQBBMWCAA4FiEEETFoOuUTrXoWAFok
        jaN3xh5zdUMFAmsLGEkCGwEFCwkIBwIGFQoJCAsCBBYCAwECHgECF4AACgkQjaN3
        xh5zdUO+/gEA4elU2QlNrbNhWF0hPPZDYhzj3dPVanRebzR1mfMwPsgBAL+M174j
        9cJaIgn7c+HE/9uLTzaqmc8sQiBWOmsJSBIJ
        =MXEv
        -----END PGP PUBLIC KEY BLOCK-----
        """;

    private Task<(int ExitCode, string Output)> RunAsync(params string[] args) =>
        _command.RunAsync(args[0], args[1..]);

    private async Task<string> WriteAsync(string text, string name = "share")
    {
        var path = Path.Combine(_folder, name);
        await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
        return path;
    }

    private async Task<int> HealthAsync() => (await _vault.SendAsync("GET", "sys/health")).Status;
}
