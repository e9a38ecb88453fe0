using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using CreditSystem.Testing.Vault;
using CreditSystem.VaultProxy.Logins;
using CreditSystem.VaultProxy.Tests.Fixtures;
using Microsoft.Extensions.Options;

namespace CreditSystem.VaultProxy.Tests;

/// <summary>Who shows no certificate gets what it takes to have one issued, and nothing else.</summary>
public sealed class ClientCertificateTests : IDisposable
{
    private readonly TestAuthority _authority = new("ours");
    private readonly string _directory = Directory.CreateTempSubdirectory("proxy-certificates-").FullName;

    public ClientCertificateTests()
    {
        var (certificate, key) = _authority.Issue("localhost");
        File.Copy(certificate, Path.Combine(_directory, "tls.crt"));
        File.Copy(key, Path.Combine(_directory, "tls.key"));
        File.Copy(_authority.CaPath, Path.Combine(_directory, "ca.crt"));
    }

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData("POST", "/v1/auth/approle/login", """{"role_id":"r","secret_id":"s"}""", HttpStatusCode.OK)]
    [InlineData("POST", "/v1/sys/mfa/validate", "{}", HttpStatusCode.OK)]
    [InlineData("POST", "/v1/pki/issue/credit-system", "{}", HttpStatusCode.OK)]
    [InlineData("GET", "/v1/pki/issuers?list=true", null, HttpStatusCode.OK)]
    [InlineData("GET", "/v1/pki/issuer/3c6ba0c8-0a0d-4d4b-8d0e-0c7c0a4f3b1a/json", null, HttpStatusCode.OK)]
    [InlineData("GET", "/v1/pki/issuer/3c6ba0c8-0a0d-4d4b-8d0e-0c7c0a4f3b1a/crl", null, HttpStatusCode.OK)]
    [InlineData("GET", "/v1/sys/health", null, HttpStatusCode.OK)]
    [InlineData("GET", "/v1/secret/data/credit-system/app", null, HttpStatusCode.Forbidden)]
    [InlineData("POST", "/v1/transit/decrypt/credit-system", "{}", HttpStatusCode.Forbidden)]
    [InlineData("POST", "/v1/auth/token/renew-self", "{}", HttpStatusCode.Forbidden)]
    public async Task Without_a_certificate_only_the_way_to_one_is_open(string method, string path, string? body, HttpStatusCode expected)
    {
        await using var upstream = RecordingUpstream.Start();
        await using var proxy = await StartAsync(upstream);
        using var client = Client(proxy, shown: null);

        Assert.Equal(expected, await StatusAsync(client, method, path, body));
    }

    [Fact]
    public async Task With_one_of_our_authorities_everything_is_open_that_was_before()
    {
        await using var upstream = RecordingUpstream.Start();
        await using var proxy = await StartAsync(upstream);
        var (certificate, key) = _authority.Issue("api");
        using var ours = Client(proxy, Load(certificate, key));
        using var another = new TestAuthority("another");
        var (foreignCertificate, foreignKey) = another.Issue("api");
        using var foreign = Client(proxy, Load(foreignCertificate, foreignKey));

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(ours, "GET", "/v1/secret/data/credit-system/app", null));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(foreign, "GET", "/v1/secret/data/credit-system/app", null));
    }

    /// <summary>A service that was away for days shows what nobody trusts any more, and must be able to get another.</summary>
    [Theory]
    [InlineData("ended")]
    [InlineData("of an authority that is gone")]
    public async Task A_certificate_that_is_no_good_is_as_none(string fault)
    {
        await using var upstream = RecordingUpstream.Start();
        await using var proxy = await StartAsync(upstream);
        using var another = new TestAuthority("another");
        var (certificate, key) = fault == "ended" ? _authority.Issue("api", hasEnded: true) : another.Issue("api");
        using var client = Client(proxy, Load(certificate, key));

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "POST", "/v1/pki/issue/credit-system", "{}"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(client, "GET", "/v1/secret/data/credit-system/app", null));
    }

    /// <summary>On a connection that is open, too: the authority is taken out of the folder, and what it has signed gets nothing.</summary>
    [Fact]
    public async Task An_authority_that_is_taken_away_is_gone_for_connections_that_are_open()
    {
        await using var upstream = RecordingUpstream.Start();
        await using var proxy = await StartAsync(upstream);
        var (certificate, key) = _authority.Issue("api");
        using var client = Client(proxy, Load(certificate, key));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "GET", "/v1/secret/data/credit-system/app", null));

        using var another = new TestAuthority("another");
        File.Copy(another.CaPath, Path.Combine(_directory, "ca.crt"), overwrite: true);
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await StatusAsync(client, "GET", "/v1/secret/data/credit-system/app", null) != HttpStatusCode.Forbidden)
            await Task.Delay(TimeSpan.FromMilliseconds(50), timeout.Token);
    }

    /// <summary>On a connection that is open, too; what was not revoked, and what another has, is as it was.</summary>
    [Fact]
    public async Task A_certificate_that_is_revoked_gets_nothing_more()
    {
        await using var upstream = RecordingUpstream.Start();
        await using var proxy = await StartAsync(upstream);
        var (certificate, key) = _authority.Issue("api");
        var (otherCertificate, otherKey) = _authority.Issue("cli");
        using var client = Client(proxy, Load(certificate, key));
        using var other = Client(proxy, Load(otherCertificate, otherKey));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "GET", "/v1/secret/data/credit-system/app", null));

        await File.WriteAllTextAsync(
            Path.Combine(_directory, "ca.crl"), _authority.Revoke(certificate), TestContext.Current.CancellationToken);
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await StatusAsync(client, "GET", "/v1/secret/data/credit-system/app", null) != HttpStatusCode.Forbidden)
            await Task.Delay(TimeSpan.FromMilliseconds(50), timeout.Token);

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(other, "GET", "/v1/secret/data/credit-system/app", null));
        // It may have another issued: who holds the secret_id as well is another matter.
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "POST", "/v1/pki/issue/credit-system", "{}"));
    }

    /// <summary>Vault counts failed logins of all replicas as one: they ask each other by the same TLS, and answer nobody else.</summary>
    [Fact]
    public async Task Replicas_know_each_other_by_their_certificate_and_answer_no_other_client()
    {
        await using var upstream = RecordingUpstream.Start();
        upstream.Answer = _ => Reply.Errors(400, "invalid role or secret ID");
        int[] ports = [FreePort.Take(), FreePort.Take()];
        await using var first = await StartReplicaAsync(upstream, ports, 0);
        await using var second = await StartReplicaAsync(upstream, ports, 1);
        using var client = Client(first, shown: null);
        for (var i = 0; i < 4; i++)
            Assert.Equal(HttpStatusCode.BadRequest, await LoginAsync(client, $"wrong-{i}"));

        using var other = Client(second, shown: null);
        Assert.Equal(HttpStatusCode.TooManyRequests, await LoginAsync(other, "wrong-5"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(client, "GET", LoginPeers.Path, null));
        var (certificate, key) = _authority.Issue("api");
        using var api = Client(first, Load(certificate, key));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(api, "GET", LoginPeers.Path, null));
        using var another = new TestAuthority("another");
        var (foreignCertificate, foreignKey) = another.Issue("localhost");
        using var foreign = Client(first, Load(foreignCertificate, foreignKey));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(foreign, "GET", LoginPeers.Path, null));
        using var replica = Client(first, Load(Path.Combine(_directory, "tls.crt"), Path.Combine(_directory, "tls.key")));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(replica, "GET", LoginPeers.Path, null));
    }

    [Fact]
    public async Task Without_certificates_to_judge_by_it_does_not_start()
    {
        await using var upstream = RecordingUpstream.Start();

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(
            () => ProxyHost.StartAsync(upstream, ("RequireClientCertificate", "true")));

        Assert.Contains("needs Certificates:Directory", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>What the certificates of services take, and nothing of the authority itself.</summary>
    [Theory]
    [InlineData("POST", "/v1/pki/root/rotate/internal")]
    [InlineData("POST", "/v1/pki/root/generate/exported")]
    [InlineData("POST", "/v1/pki/config/issuers")]
    [InlineData("POST", "/v1/pki/roles/credit-system")]
    [InlineData("POST", "/v1/pki/sign-verbatim/credit-system")]
    [InlineData("POST", "/v1/pki/issuer/default")]
    [InlineData("DELETE", "/v1/pki/issuer/default")]
    [InlineData("POST", "/v1/pki/issuer/default/json")]
    [InlineData("POST", "/v1/pki/revoke")]
    [InlineData("GET", "/v1/pki/certs?list=true")]
    public async Task Nothing_else_of_the_PKI_engine_passes(string method, string path)
    {
        await using var upstream = RecordingUpstream.Start();
        await using var proxy = await ProxyHost.StartAsync(upstream);

        using var answer = await proxy.SendAsync(new HttpMethod(method), path, body: method == "POST" ? "{}" : null);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    private Task<ProxyHost> StartAsync(RecordingUpstream upstream) => ProxyHost.StartAsync(
        upstream, (":urls", "https://127.0.0.1:0"), (":Certificates:Directory", _directory), (":Certificates:PollInterval", "00:00:00.1"),
        ("RequireClientCertificate", "true"));

    private Task<ProxyHost> StartReplicaAsync(RecordingUpstream upstream, int[] ports, int index)
    {
        var management = FreePort.Take();
        return ProxyHost.StartAsync(
            upstream, (":urls", $"https://127.0.0.1:{ports[index]};http://127.0.0.1:{management}"), (":Management:Port", $"{management}"),
            (":Certificates:Directory", _directory), ("RequireClientCertificate", "true"), ("RateLimits:LoginsPerMinute", "0"),
            ("Peers:Addresses:0", $"https://localhost:{ports[0]}"), ("Peers:Addresses:1", $"https://localhost:{ports[1]}"));
    }

    private static Task<HttpStatusCode> LoginAsync(HttpClient client, string secretId) => StatusAsync(
        client, "POST", "/v1/auth/approle/login", JsonSerializer.Serialize(new { role_id = "r", secret_id = secretId }));

    private HttpClient Client(ProxyHost proxy, X509Certificate2? shown)
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.CertificateChainPolicy = _authority.Policy;
        handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => shown!;
        return new HttpClient(handler) { BaseAddress = new Uri($"https://localhost:{proxy.Address.Port}") };
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string method, string path, string? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add("X-Vault-Token", "t");
        if (body is not null)
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private static X509Certificate2 Load(string certificate, string key) =>
        X509CertificateLoader.LoadPkcs12(X509Certificate2.CreateFromPemFile(certificate, key).Export(X509ContentType.Pkcs12), null);
}
