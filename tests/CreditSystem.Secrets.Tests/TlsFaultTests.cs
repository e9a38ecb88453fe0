using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using CreditSystem.Secrets.Vault;
using CreditSystem.ServiceDefaults.Certificates;
using CreditSystem.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace CreditSystem.Secrets.Tests;

/// <summary>Each way in which TLS to Vault can be wrong says that it is TLS, and which.</summary>
public sealed class TlsFaultTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("credit-system-tls-");
    private readonly X509Certificate2 _authority = TestCertificates.CreateAuthority("CN=Vault CA");

    public void Dispose()
    {
        _authority.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task A_certificate_of_the_given_authority_is_trusted_and_the_client_shows_its_own_where_it_is_asked()
    {
        await using var vault = await StartAsync(TestCertificates.Issue("localhost", _authority), asksForCertificate: true);
        using var own = TestCertificates.Issue("client", _authority);
        var (certificate, key) = (Write("client.pem", own.ExportCertificatePem()), Write("client.key", own.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()));

        Assert.Null(await ReasonAsync(vault, options => (options.CaCertificate, options.ClientCertificate, options.ClientKey) = (Authority(), certificate, key)));
    }

    /// <summary>As the kubelet swaps a mounted Secret: the file is a link, whose own times stay.</summary>
    [Fact]
    public async Task An_authority_that_is_added_to_a_mounted_file_is_trusted_without_a_restart()
    {
        using var other = TestCertificates.CreateAuthority("CN=Another CA");
        var data = Path.Combine(_directory.FullName, "..data");
        void Mount(string generation, params X509Certificate2[] authorities)
        {
            Directory.CreateDirectory(Path.Combine(_directory.FullName, generation));
            Write(Path.Combine(generation, "ca.crt"), string.Join('\n', authorities.Select(one => one.ExportCertificatePem())));
            File.Delete(data);
            File.CreateSymbolicLink(data, generation);
        }

        Mount("1", other);
        var link = Path.Combine(_directory.FullName, "ca.crt");
        File.CreateSymbolicLink(link, Path.Combine("..data", "ca.crt"));
        await using var vault = await StartAsync(TestCertificates.Issue("localhost", _authority));
        var options = new VaultOptions { Address = new Uri(vault.Urls.Single().Replace("127.0.0.1", "localhost", StringComparison.Ordinal)), CaCertificate = link };
        using var clients = new VaultClientFactory(options);
        Task ReadAsync() => clients.Open(token: null).ReadAsync("sys/seal-status", TestContext.Current.CancellationToken);
        var refusal = await Assert.ThrowsAnyAsync<Exception>(ReadAsync);
        Assert.Contains("is not from the authority in VAULT_CACERT", $"{refusal}", StringComparison.Ordinal);

        Mount("2", other, _authority);

        await ReadAsync();
    }

    /// <summary>With the next call, although VAULT_CACERT finds nothing wrong with it: the list lies in the folder of certificates.</summary>
    [Fact]
    public async Task Its_authority_has_revoked_it()
    {
        using var authority = new TestAuthority("ours");
        var (certificate, key) = authority.Issue("localhost");
        var (ownCertificate, ownKey) = authority.Issue("api");
        var folder = new CertificateFolder(_directory.FullName, new RecordingLogger());
        folder.Write(File.ReadAllText(ownCertificate), File.ReadAllText(ownKey), File.ReadAllText(authority.CaPath));
        using var pem = X509Certificate2.CreateFromPemFile(certificate, key);
        await using var vault = await StartAsync(X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null));
        var address = new Uri(vault.Urls.Single().Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
        using var clients = new VaultClientFactory(new VaultOptions { Address = address, CaCertificate = authority.CaPath });
        clients.UseCertificates(folder);
        Task ReadAsync() => clients.Open(token: null).ReadAsync("sys/seal-status", TestContext.Current.CancellationToken);
        await ReadAsync();

        folder.WriteAuthorities(File.ReadAllText(authority.CaPath), authority.Revoke(certificate));

        var refusal = await Assert.ThrowsAnyAsync<Exception>(ReadAsync);
        Assert.Contains("has been revoked by its authority", $"{refusal}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_authority_is_given()
    {
        await using var vault = await StartAsync(TestCertificates.Issue("localhost", _authority));

        Assert.Matches("^GET sys/seal-status: TLS: the certificate of localhost:[0-9]+ is from an authority that this machine does not trust; set VAULT_CACERT to that authority's\\.$", await ReasonAsync(vault));
    }

    [Fact]
    public async Task Another_authority_is_given()
    {
        await using var vault = await StartAsync(TestCertificates.Issue("localhost", _authority));
        using var other = TestCertificates.CreateAuthority("CN=Another CA");
        var path = Write("other.pem", other.ExportCertificatePem());

        Assert.Contains("is not from the authority in VAULT_CACERT", await ReasonAsync(vault, options => options.CaCertificate = path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "holds no certificate in PEM")]
    [InlineData("not a certificate", "holds no certificate in PEM")]
    [InlineData(null, "cannot be read (FileNotFoundException)")]
    public void The_file_of_the_authority_is_empty_or_missing(string? content, string expected)
    {
        var path = content is null ? Path.Combine(_directory.FullName, "missing.pem") : Write("empty.pem", content);

        var refusal = Assert.Throws<ValidationException>(() => new VaultTls(new VaultOptions { CaCertificate = path }));

        Assert.StartsWith($"VAULT_CACERT: {path} {expected}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_certificate_has_expired()
    {
        await using var vault = await StartAsync(TestCertificates.Issue("localhost", _authority, isExpired: true));

        Assert.Contains("TLS: a certificate of localhost:", await ReasonAsync(vault, options => options.CaCertificate = Authority()), StringComparison.Ordinal);
        Assert.Contains("is expired or not valid yet; its own is good from 20", await ReasonAsync(vault, options => options.CaCertificate = Authority()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_certificate_is_for_another_name()
    {
        await using var vault = await StartAsync(TestCertificates.Issue("elsewhere.example", _authority));

        Assert.Contains("is for another name (CN=elsewhere.example), not for localhost", await ReasonAsync(vault, options => options.CaCertificate = Authority()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_server_asks_for_a_client_certificate_and_there_is_none()
    {
        await using var vault = await StartAsync(TestCertificates.Issue("localhost", _authority), asksForCertificate: true);

        Assert.Contains("asks for a client certificate, and none is configured (VAULT_CLIENT_CERT, VAULT_CLIENT_KEY)", await ReasonAsync(vault, options => options.CaCertificate = Authority()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_address_says_https_and_the_port_is_a_plain_one()
    {
        await using var vault = await StartAsync(certificate: null);

        Assert.Contains("does not speak TLS; the address says https, and the port is a plain one", await ReasonAsync(vault, scheme: "https"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_address_says_http_and_the_port_speaks_https()
    {
        await using var vault = await StartAsync(TestCertificates.Issue("localhost", _authority));

        Assert.Contains("it may speak https", await ReasonAsync(vault, scheme: "http"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_without_its_key_is_said()
    {
        var refusal = Assert.Throws<ValidationException>(() => new VaultTls(new VaultOptions { ClientCertificate = "x" }));

        Assert.Equal("VAULT_CLIENT_CERT and VAULT_CLIENT_KEY belong together; one of them is not set.", refusal.Message);
    }

    /// <summary>Null when the call succeeds.</summary>
    private static async Task<string?> ReasonAsync(WebApplication vault, Action<VaultOptions>? configure = null, string? scheme = null)
    {
        var listening = new Uri(vault.Urls.Single());
        var options = new VaultOptions { Address = new Uri($"{scheme ?? listening.Scheme}://localhost:{listening.Port}") };
        configure?.Invoke(options);
        var tls = new VaultTls(options);
        using var handler = new SocketsHttpHandler();
        tls.Configure(handler.SslOptions);
        using var client = new HttpClient(new VaultTransport(tls, TimeSpan.FromSeconds(10), handler));
        try
        {
            using var answer = await client.GetAsync(new Uri(options.Address, "/v1/sys/seal-status"), TestContext.Current.CancellationToken);
            return null;
        }
        catch (VaultUnavailableException failure)
        {
            return failure.Message;
        }
    }

    private static async Task<WebApplication> StartAsync(X509Certificate2? certificate, bool asksForCertificate = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
                listen.UseHttps(https =>
                {
                    https.ServerCertificate = certificate;
                    https.ClientCertificateMode = asksForCertificate ? ClientCertificateMode.RequireCertificate : ClientCertificateMode.NoCertificate;
                    https.AllowAnyClientCertificate();
                });
        }));
        var app = builder.Build();
        app.Run(context => context.Response.WriteAsync("{}"));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private string Authority() => Write("ca.pem", _authority.ExportCertificatePem());

    private string Write(string name, string content)
    {
        var path = Path.Combine(_directory.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }
}
