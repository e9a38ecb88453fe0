using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using CreditSystem.ServiceDefaults.Certificates;
using CreditSystem.Testing;
using CreditSystem.Testing.Vault;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CreditSystem.Secrets.Tests;

/// <summary>Kestrel with certificates that are replaced under load. `bench -- rotation` is the long form.</summary>
public sealed class CertificateSwapTests : IAsyncLifetime
{
    private const int Renewals = 20;
    private const int RequestsPerRenewal = 40;

    private readonly string _directory = Directory.CreateTempSubdirectory("certificate-swap-").FullName;
    private DevVault _vault = null!;
    private CertificateFolder _folder = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _vault = await DevVault.StartAsync(TimeProvider.System);
        await _vault.DoAsync("POST", "sys/mounts/pki", new { type = "pki", config = new { max_lease_ttl = "87600h" } });
        await _vault.DoAsync("POST", "pki/root/generate/internal", new { common_name = "Authority 1", key_type = "ec", ttl = "1000h" });
        await _vault.DoAsync("POST", "pki/roles/web", new { allowed_domains = "localhost", allow_bare_domains = true, key_type = "ec", ttl = "1h" });
        _folder = new CertificateFolder(_directory, new RecordingLogger());
        await IssueAsync(_folder);
    }

    public async ValueTask DisposeAsync()
    {
        await _vault.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task No_request_fails_across_twenty_renewals_and_a_rotation_of_the_authority()
    {
        await using var app = await StartAsync("Ignore");
        using var keptAlive = Client(app, _folder);
        var (failed, serials) = (0, new HashSet<string>());
        for (var renewal = 1; renewal <= Renewals; renewal++)
        {
            if (renewal == Renewals / 2)
                await RotateAuthorityAsync();
            await IssueAsync(app.Services.GetRequiredService<CertificateFolder>());
            var requests = Enumerable.Range(0, RequestsPerRenewal).Select(async i =>
            {
                // Half of them on a connection that is older than the certificate, half on one of its own.
                using var fresh = i % 2 == 0 ? null : Client(app, _folder, serials);
                try
                {
                    if (await (fresh ?? keptAlive).GetStringAsync("/", Token) != "served")
                        Interlocked.Increment(ref failed);
                }
                catch (HttpRequestException)
                {
                    Interlocked.Increment(ref failed);
                }
            });
            await Task.WhenAll(requests);
        }

        Assert.Equal(0, failed);
        Assert.Equal(Renewals, serials.Count);
    }

    [Fact]
    public async Task A_client_without_a_certificate_of_the_same_authorities_gets_no_connection_where_one_is_required()
    {
        await using var app = await StartAsync("Require");
        using var ours = Client(app, _folder, shown: _folder.Required.Certificate);
        using var none = Client(app, _folder);
        using var authority = new TestAuthority("another");
        var (certificate, key) = authority.Issue("localhost");
        using var foreign = Client(app, _folder, shown: X509CertificateLoader.LoadPkcs12(X509Certificate2.CreateFromPemFile(certificate, key).Export(X509ContentType.Pkcs12), null));

        Assert.Equal("served", await ours.GetStringAsync("/", Token));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => none.GetStringAsync("/", Token));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => foreign.GetStringAsync("/", Token));
    }

    [Fact]
    public void What_does_not_belong_together_leaves_the_set_in_use()
    {
        var before = _folder.Required;
        using var authority = new TestAuthority("another");
        File.Copy(authority.Issue("localhost").KeyPath, Path.Combine(_directory, CertificateFolder.KeyFile), overwrite: true);

        Assert.True(_folder.Refresh());

        Assert.Same(before, _folder.Required);
    }

    /// <summary>It is looked at every few seconds, and would fill the log.</summary>
    [Fact]
    public void What_does_not_belong_together_is_said_once()
    {
        var logger = new RecordingLogger();
        var folder = new CertificateFolder(_directory, logger);
        using var authority = new TestAuthority("another");
        var good = File.ReadAllText(Path.Combine(_directory, CertificateFolder.KeyFile));
        File.Copy(authority.Issue("localhost").KeyPath, Path.Combine(_directory, CertificateFolder.KeyFile), overwrite: true);

        Assert.False(folder.Refresh());
        Assert.False(folder.Refresh());
        Assert.Single(logger.Lines, line => line.StartsWith("Warning 1111 ", StringComparison.Ordinal));

        File.WriteAllText(Path.Combine(_directory, CertificateFolder.KeyFile), good);
        Assert.True(folder.Refresh());
    }

    private async Task<WebApplication> StartAsync(string clients)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration["Certificates:Directory"] = _directory;
        builder.Configuration["Certificates:Clients"] = clients;
        builder.Configuration["Certificates:PollInterval"] = "00:00:00.050";
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseUrls("https://127.0.0.1:0");
        builder.AddCertificates(builder.WebHost);
        var app = builder.Build();
        app.Run(context => context.Response.WriteAsync("served"));
        await app.StartAsync(Token);
        return app;
    }

    private static HttpClient Client(WebApplication app, CertificateFolder folder, HashSet<string>? serials = null, X509Certificate2? shown = null)
    {
        var address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
        {
            if (serials is not null)
            {
                lock (serials)
                    serials.Add(certificate!.GetSerialNumberString());
            }

            return folder.IsTrusted(sender, certificate, chain, errors & ~SslPolicyErrors.RemoteCertificateNameMismatch);
        };
        if (shown is not null)
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => shown;
        return new HttpClient(handler) { BaseAddress = address };
    }

    private async Task IssueAsync(CertificateFolder folder)
    {
        var issued = await _vault.DoAsync("POST", "pki/issue/web", new { common_name = "localhost" });
        folder.Write($"{issued["certificate"]}", $"{issued["private_key"]}", await AuthoritiesAsync());
        _folder.Refresh();
    }

    private async Task RotateAuthorityAsync()
    {
        var next = await _vault.DoAsync("POST", "pki/root/rotate/internal", new { common_name = "Authority 2", key_type = "ec", ttl = "1000h" });
        _folder.WriteAuthorities(await AuthoritiesAsync());
        await _vault.DoAsync("POST", "pki/config/issuers", new { @default = (string)next["issuer_id"]! });
    }

    private async Task<string> AuthoritiesAsync()
    {
        var all = new List<string>();
        foreach (var key in (await _vault.DoAsync("LIST", "pki/issuers"))["keys"]!.AsArray())
            all.Add($"{(await _vault.DoAsync("GET", $"pki/issuer/{key}/json"))["certificate"]}");
        return string.Concat(all);
    }
}
