using System.Net;
using CreditSystem.Testing;
using CreditSystem.Testing.Vault;
using CreditSystem.VaultProxy.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CreditSystem.VaultProxy.Tests.Upstreams;

public sealed class TlsTests : IDisposable
{
    private readonly TestAuthority _authority = new("vault-ca");

    [Theory]
    [InlineData(null)]
    [InlineData("vault.example")]
    public async Task A_vault_whose_certificate_the_given_authority_has_signed_is_spoken_to_in_http_2(string? serverName)
    {
        await using var vault = await StartVaultAsync(serverName ?? "localhost");
        await using var proxy = await ProxyHost.StartAsync([AddressOf(vault)], [("Upstream:CaCertificatePath", _authority.CaPath), ("Upstream:TlsServerName", serverName ?? "")]);

        using var answer = await proxy.ReadAsync("app");

        Assert.Equal((HttpStatusCode.OK, "HTTP/2"), (answer.StatusCode, await answer.TextAsync()));
    }

    [Fact]
    public async Task Neither_an_unknown_authority_nor_the_name_of_another_server_is_accepted()
    {
        using var other = new TestAuthority("other-ca");
        await using var vault = await StartVaultAsync("localhost");
        await using var foreign = await StartVaultAsync("evil.example");
        await using var wrongAuthority = await ProxyHost.StartAsync([AddressOf(vault)], [("Upstream:CaCertificatePath", other.CaPath)]);
        await using var wrongName = await ProxyHost.StartAsync([AddressOf(foreign)], [("Upstream:CaCertificatePath", _authority.CaPath)]);
        await using var noAuthority = await ProxyHost.StartAsync([AddressOf(vault)], []);

        foreach (var proxy in new[] { wrongAuthority, wrongName, noAuthority })
        {
            using var answer = await proxy.ReadAsync("app");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        }
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Clients_are_served_over_tls_in_both_versions_of_http(string version)
    {
        await using var vault = RecordingUpstream.Start();
        var (certificate, key) = _authority.Issue("localhost");
        await using var proxy = await ProxyHost.StartAsync(vault,
            (":Kestrel:Endpoints:Tls:Url", "https://127.0.0.1:0"), (":Kestrel:Endpoints:Tls:Certificate:Path", certificate), (":Kestrel:Endpoints:Tls:Certificate:KeyPath", key));
        using var client = new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = _authority.Policy } });
        var address = proxy.Addresses.Single(uri => uri.Scheme == "https");

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, "/v1/secret/data/credit-system/my%2Fapp")) { Version = new(version), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Host = "localhost";
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        using var forbidden = new HttpRequestMessage(HttpMethod.Get, new Uri(address, "/v1/sys/mounts")) { Version = new(version), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        forbidden.Headers.Host = "localhost";
        using var refusal = await client.SendAsync(forbidden, TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.OK, new Version(version)), (answer.StatusCode, answer.Version));
        Assert.Equal(HttpStatusCode.Forbidden, refusal.StatusCode);
        Assert.Equal(["/v1/secret/data/credit-system/my%2Fapp"], vault.Targets);
    }

    public void Dispose() => _authority.Dispose();

    private async Task<WebApplication> StartVaultAsync(string name)
    {
        var (certificate, key) = _authority.Issue(name);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Configuration["Kestrel:Endpoints:Tls:Url"] = "https://127.0.0.1:0";
        builder.Configuration["Kestrel:Endpoints:Tls:Certificate:Path"] = certificate;
        builder.Configuration["Kestrel:Endpoints:Tls:Certificate:KeyPath"] = key;
        var vault = builder.Build();
        vault.Run(context => context.Response.WriteAsync(context.Request.Protocol));
        await vault.StartAsync();
        return vault;
    }

    // By name, so that the name in the certificate counts.
    private static string AddressOf(WebApplication vault) =>
        vault.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single().Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
}
