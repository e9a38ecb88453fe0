using CreditSystem.Cli.Certificates;
using CreditSystem.Dev.Vault.Server;
using CreditSystem.ServiceDefaults.Certificates;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using CreditSystem.Testing.Vault;

namespace CreditSystem.Cli.Tests.Certificates;

/// <summary>The bootstrap makes the first certificates, and <c>issue-certificate</c> keeps them fresh, on servers of both kinds.</summary>
public sealed class IssueCertificateTests(MongoServer mongo) : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("credit-system-certificates-").FullName;
    private readonly Skipped _time = new();
    private DevVault _vault = null!;
    private CliRun _command = null!;

    private string Proxy => Path.Combine(_folder, "vault-proxy");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _vault.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Logs in by the rotation's own AppRole, whose policy the server enforces.</summary>
    [Theory]
    [InlineData(nameof(Dialect.OpenBao))]
    [InlineData(nameof(Dialect.Vault))]
    public async Task A_certificate_is_replaced_at_two_thirds_of_its_life_and_not_before(string dialect)
    {
        await BootstrapAsync(dialect);
        var first = Read(Proxy);
        Assert.True(first.Certificate.MatchesHostname("vault-proxy") && first.Certificate.MatchesHostname("localhost"));
        Assert.StartsWith("= certificate of vault-proxy", await IssueAsync(), StringComparison.Ordinal);

        _time.Skip(TimeSpan.FromHours(47));
        Assert.StartsWith("= certificate of vault-proxy", await IssueAsync(), StringComparison.Ordinal);
        _time.Skip(TimeSpan.FromHours(2));
        Assert.Contains("two thirds of the life of the one there are over", await IssueAsync(), StringComparison.Ordinal);

        Assert.NotEqual(first.Certificate.SerialNumber, Read(Proxy).Certificate.SerialNumber);
    }

    [Fact]
    public async Task Another_authority_is_trusted_first_and_its_certificate_taken_when_it_signs()
    {
        await BootstrapAsync();
        var first = Read(Proxy);
        var next = await _vault.DoAsync(
            "POST", "pki/root/rotate/internal", new { common_name = "Another", key_type = "ec", ttl = "1000h" });

        Assert.StartsWith("~ authorities in", await IssueAsync(), StringComparison.Ordinal);
        Assert.Equal((2, first.Certificate.SerialNumber), (Read(Proxy).Trust.Count, Read(Proxy).Certificate.SerialNumber));

        await _vault.DoAsync("POST", "pki/config/issuers", new { @default = (string)next["issuer_id"]! });
        Assert.Contains("another authority signs now", await IssueAsync(), StringComparison.Ordinal);
        Assert.Equal("CN=Another", Read(Proxy).Certificate.Issuer);
    }

    [Fact]
    public async Task What_was_revoked_is_replaced_and_its_authoritys_list_lies_beside_it()
    {
        await BootstrapAsync();
        var first = Read(Proxy);
        await _vault.DoAsync("POST", "pki/revoke", new { certificate = first.Certificate.ExportCertificatePem() });

        Assert.Contains("the one there has been revoked", await IssueAsync(), StringComparison.Ordinal);
        Assert.NotEqual(first.Certificate.SerialNumber, Read(Proxy).Certificate.SerialNumber);
        var folder = new CertificateFolder(Proxy, new RecordingLogger());
        Assert.True(folder.Refresh() && folder.Required.Trust.HasRevoked(first.Certificate));
        Assert.StartsWith("= certificate of vault-proxy", await IssueAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("another name", "is for other names")]
    [InlineData("no key", "there is none")]
    [InlineData("another key", "no certificate with its key")]
    [InlineData("another authority", "the authority of the one there is gone")]
    public async Task What_is_no_good_is_replaced_whatever_it_is(string fault, string reason)
    {
        await BootstrapAsync();
        using var another = new TestAuthority("another");
        switch (fault)
        {
            case "another name":
                Assert.Contains(reason, await IssueAsync("--alternative-name", "api"), StringComparison.Ordinal);
                Assert.True(Read(Proxy).Certificate.MatchesHostname("api"));
                return;
            case "no key":
                File.Delete(Path.Combine(Proxy, "tls.key"));
                break;
            case "another key":
                Replace("tls.key", another.Issue("vault-proxy").KeyPath);
                break;
            default:
                await _vault.DoAsync("DELETE", "pki/root");
                await _vault.DoAsync(
                    "POST", "pki/root/generate/internal", new { common_name = "CreditSystem", key_type = "ec", ttl = "1000h" });
                break;
        }

        Assert.Contains(reason, await IssueAsync(), StringComparison.Ordinal);
        Assert.True(Read(Proxy).Trust.Trusts(Read(Proxy).Certificate));
    }

    [Fact]
    public async Task In_a_cluster_the_bootstrap_makes_the_Secrets_and_the_renewal_patches_one()
    {
        await using var api = await SecretApiServer.StartAsync();
        await StartAsync(nameof(Dialect.OpenBao), await api.WriteKubeconfigAsync(Path.Combine(_folder, "kubeconfig")));
        string[] cluster = ["--kubernetes-namespace", "credit-system"];
        var (exitCode, output) = await _command.BootstrapAsync(["--certificates", "--kubernetes-secrets", .. cluster]);
        Assert.True(exitCode == 3, output);
        Assert.Subset(api.Names.ToHashSet(), CertificateHolder.All.Select(holder => holder.SecretName).ToHashSet());
        var first = api.ValueOf("vault-proxy-tls", "tls.crt");
        Assert.Equal($"{api.ValueOf("vault-proxy-tls", "tls.key").Trim()}\n{first}", api.ValueOf("vault-proxy-tls", "tls-combined.pem"));

        Directory.CreateDirectory(Path.Combine(_folder, "rotator"));
        foreach (var name in (string[])["role_id", "secret_id"])
            await File.WriteAllTextAsync(Path.Combine(_folder, "rotator", name), api.ValueOf("vault-rotator-creds", name), Token);
        _time.Skip(TimeSpan.FromHours(50));
        (exitCode, output) = await _command.RunAsync(
            IssueCertificateCommand.Name, ["--kubernetes-secret", "vault-proxy-tls", .. cluster]);

        Assert.True(exitCode == 0, output);
        Assert.NotEqual(first, api.ValueOf("vault-proxy-tls", "tls.crt"));
    }

    /// <summary>With the certificate of the command line, which an earlier run has had issued.</summary>
    [Fact]
    public async Task The_bootstrap_reaches_a_MongoDB_that_requires_a_certificate_and_has_the_API_use_TLS()
    {
        await BootstrapAsync();
        var (server, instance) = (Read(Path.Combine(_folder, "mongodb")), await mongo.GetInstanceAsync());
        await using var front = new TlsFront(server.Certificate, instance.Port, shown => server.Trust.Trusts(shown));
        var address = new MongoDB.Driver.MongoUrlBuilder(instance.ConnectionString)
        {
            Server = new MongoDB.Driver.MongoServerAddress("localhost", front.Port),
            DatabaseName = "certificates",
            UseTls = true,
        };
        var command = new CliRun(new Dictionary<string, string?>
        {
            ["VAULT_ADDR"] = $"{_vault.Address}",
            ["VAULT_TOKEN"] = DevVault.RootToken,
            ["ConnectionStrings__mongodb"] = $"{address}",
        });

        var (exitCode, output) = await command.BootstrapAsync("--certificates", "--certificates-directory", _folder, "--wait-seconds", "5");
        Assert.True(exitCode == 3, output);
        Assert.Contains("+ MongoDB user certificates.credit-system-api", output, StringComparison.Ordinal);
        Assert.Equal(Read(Path.Combine(_folder, "cli")).Certificate.SerialNumber, Assert.Single(front.Shown.Distinct()));
        var secret = (await _vault.DoAsync("GET", "secret/data/credit-system/mongodb"))["data"]!;
        Assert.Contains("tls=true", (string?)secret["connection_string"], StringComparison.OrdinalIgnoreCase);

        // Without it the server lets nobody in.
        (exitCode, output) = await command.BootstrapAsync("--wait-seconds", "1");
        Assert.True(exitCode == 1, output);
    }

    [Fact]
    public async Task A_dry_run_on_a_new_Vault_says_which_certificates_it_would_make()
    {
        await StartAsync(nameof(Dialect.OpenBao));

        var (exitCode, output) = await _command.BootstrapAsync("--dry-run", "--certificates", "--certificates-directory", _folder);

        Assert.True(exitCode == 3, output);
        Assert.Contains($"+ certificate of vault-proxy in {Proxy}", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Proxy));
    }

    /// <summary>A clock ahead of the server's: nothing is issued for the past.</summary>
    private sealed class Skipped : TimeProvider
    {
        private TimeSpan _skipped;

        public void Skip(TimeSpan time) => _skipped += time;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _skipped;
    }

    private async Task StartAsync(string dialect, string? kubeconfig = null)
    {
        _vault = await DevVault.StartAsync(
            TimeProvider.System, options => options with { Dialect = dialect == nameof(Dialect.Vault) ? Dialect.Vault : Dialect.OpenBao });
        _command = new CliRun(
            new Dictionary<string, string?>
            {
                ["VAULT_ADDR"] = $"{_vault.Address}",
                ["VAULT_TOKEN"] = DevVault.RootToken,
                ["VAULT_CREDENTIALS_DIRECTORY"] = Path.Combine(_folder, "rotator"),
                ["KUBECONFIG"] = kubeconfig,
            }, _time);
    }

    private async Task BootstrapAsync(string dialect = nameof(Dialect.OpenBao))
    {
        await StartAsync(dialect);
        string[] options = ["--certificates", "--certificates-directory", _folder, "--rotator-credentials-directory",
            Path.Combine(_folder, "rotator")];
        var (exitCode, output) = await _command.BootstrapAsync(options);
        Assert.True(exitCode == 3, output);
        Assert.Contains("Changed: 0.", (await _command.BootstrapAsync(options)).Output, StringComparison.Ordinal);
    }

    private async Task<string> IssueAsync(params string[] options)
    {
        var (exitCode, output) = await _command.RunAsync(IssueCertificateCommand.Name, ["--directory", Proxy, .. options]);
        Assert.True(exitCode == 0, output);
        return output;
    }

    private void Replace(string name, string with)
    {
        File.Delete(Path.Combine(Proxy, name));
        File.Copy(with, Path.Combine(Proxy, name));
    }

    private static CertificateSet Read(string folder) => CertificateSet.Load(
        File.ReadAllText(Path.Combine(folder, "tls.crt")), File.ReadAllText(Path.Combine(folder, "tls.key")),
        File.ReadAllText(Path.Combine(folder, "ca.crt")));
}
