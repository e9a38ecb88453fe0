using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CreditSystem.Cli.Rotation;
using CreditSystem.Testing.Servers;

namespace CreditSystem.Cli.Tests;

/// <summary>A Vault with TLS: what is wrong is said as what it is, at once, and a client certificate gets in.</summary>
public sealed class TlsTests(VaultServer vaults) : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("credit-system-tls-test-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("no authority", "signed by an authority that is not trusted here (--ca-certificate, or VAULT_CACERT)")]
    [InlineData("another authority", "signed by an authority that is not trusted here (--ca-certificate, or VAULT_CACERT)")]
    [InlineData("expired", "has expired, or is not valid yet")]
    [InlineData("another name", "certificate is not for 127.0.0.1")]
    [InlineData("no client certificate", "does it ask for a client certificate (--client-certificate and --client-key")]
    [InlineData("plain port", "does not speak TLS there: is it http://?")]
    [InlineData("TLS port by http", "does it speak TLS there (https://)?")]
    public async Task What_is_wrong_is_said_as_what_it_is(string fault, string words)
    {
        using var own = Certify("own", fault == "another name" ? "vault.example" : "127.0.0.1", TimeSpan.FromDays(fault == "expired" ? -1 : 1));
        using var other = Certify("other", "127.0.0.1", TimeSpan.FromDays(1));
        await using var front = await VaultFront.StartAsync(vault: null, fault == "plain port" ? null : own, wantsClientCertificate: fault == "no client certificate");
        front.Instead = _ => (200, "{}");
        var environment = new Dictionary<string, string?>
        {
            ["VAULT_TOKEN"] = "s.none",
            ["VAULT_ADDR"] = $"{(fault == "TLS port by http" ? "http" : "https")}://127.0.0.1:{front.Address.Port}",
            ["VAULT_CACERT"] = fault switch { "no authority" => null, "another authority" => PathOf("other.pem"), _ => PathOf("own.pem") },
        };

        // Waiting would not help: none of these passes by itself, but a server that speaks TLS may be one that starts.
        var (exitCode, output) = await new CliRun(environment).BootstrapAsync("--wait", fault == "TLS port by http" ? "0" : "3600").WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);

        Assert.Equal(1, exitCode);
        Assert.Contains(words, output, StringComparison.Ordinal);
        Assert.Contains("TLS", output, StringComparison.Ordinal);
        Assert.DoesNotContain("cannot be reached", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("VAULT_CACERT", "missing.pem", "is no readable PEM file")]
    [InlineData("VAULT_CACERT", "empty.pem", "holds no certificate")]
    [InlineData("VAULT_CLIENT_CERT", "own.pem", "a client certificate needs its key")]
    [InlineData("VAULT_CLIENT_KEY", "own.key", "a client certificate needs its key")]
    public async Task Files_that_cannot_be_right_are_refused_before_anybody_is_asked(string variable, string file, string words)
    {
        Certify("own", "127.0.0.1", TimeSpan.FromDays(1)).Dispose();
        await File.WriteAllTextAsync(PathOf("empty.pem"), "", TestContext.Current.CancellationToken);

        var (exitCode, output) = await new CliRun(new Dictionary<string, string?> { ["VAULT_TOKEN"] = "s.none", ["VAULT_ADDR"] = "https://127.0.0.1:1", [variable] = PathOf(file) }).BootstrapAsync();

        Assert.Equal(2, exitCode);
        Assert.Contains("TLS: ", output, StringComparison.Ordinal);
        Assert.Contains(words, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bootstrap_and_rotation_show_a_client_certificate()
    {
        using var server = Certify("server", "127.0.0.1", TimeSpan.FromDays(1));
        Certify("client", "rotation", TimeSpan.FromDays(1)).Dispose();
        await using var front = await VaultFront.StartAsync(await vaults.GetInstanceAsync(), server, wantsClientCertificate: true);
        var (approle, rotator, name) = (PathOf("approle"), PathOf("rotator"), vaults.CreateName("tls"));
        var command = new CliRun(new Dictionary<string, string?>
        {
            ["VAULT_TOKEN"] = (await vaults.GetInstanceAsync()).RootToken,
            ["VAULT_ADDR"] = $"{front.Address}",
            ["VAULT_CACERT"] = PathOf("server.pem"),
            ["VAULT_CREDENTIALS_DIRECTORY"] = rotator,
            ["VAULT_CLIENT_CERT"] = PathOf("client.pem"),
            ["VAULT_CLIENT_KEY"] = PathOf("client.key"),
        });

        var (exitCode, output) = await command.BootstrapAsync("--prefix", name, "--credentials-directory", approle, "--rotator-credentials-directory", rotator);
        Assert.True(exitCode == 3, output);
        (exitCode, output) = await command.RunAsync(RotateCommand.Name, "--role", $"{name}-approle", "--directory", approle);
        Assert.True(exitCode == 0, output);
    }

    private string PathOf(string name) => Path.Combine(folder.FullName, name);

    /// <summary>Signed by itself; in NAME.pem and NAME.key.</summary>
    private X509Certificate2 Certify(string file, string name, TimeSpan left)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={file}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address))
            names.AddIpAddress(address);
        else
            names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        var made = request.CreateSelfSigned(now.AddDays(-3), now + left);
        File.WriteAllText(PathOf($"{file}.pem"), made.ExportCertificatePem());
        File.WriteAllText(PathOf($"{file}.key"), key.ExportPkcs8PrivateKeyPem());
        return made;
    }
}
