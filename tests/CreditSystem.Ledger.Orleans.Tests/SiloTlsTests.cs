using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using CreditSystem.Ledger.Testing;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using Microsoft.Extensions.DependencyInjection;

namespace CreditSystem.Ledger.Orleans.Tests;

/// <summary>Replicas that speak TLS with each other, and with nobody else.</summary>
public sealed class SiloTlsTests(MongoServer server) : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("credit-system-silo-tls-").FullName;
    private readonly X509Certificate2 authority = TestCertificates.CreateAuthority("CN=replicas");

    public void Dispose()
    {
        authority.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task Replicas_of_one_authority_commit_for_each_other_and_a_stranger_is_shut_out()
    {
        using (var certificate = TestCertificates.Issue("replica", authority))
        {
            await File.WriteAllTextAsync(Path.Combine(directory, "tls.crt"), certificate.ExportCertificatePem(), Cancellation);
            await File.WriteAllTextAsync(
                Path.Combine(directory, "tls.key"), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(), Cancellation);
            await File.WriteAllTextAsync(Path.Combine(directory, "ca.crt"), authority.ExportCertificatePem(), Cancellation);
        }
        var database = await server.CreateDatabaseAsync("cluster-tls");
        await using var first = await TestReplica.StartAsync(database, ("Cluster:TlsDirectory", directory));
        await using var second = await TestReplica.StartAsync(database, ("Cluster:TlsDirectory", directory));
        await ClusterTests.UntilAsync(() => first.Owned.Count() == 3 && second.Owned.Count() == 3);
        var other = first.Partition.IsOwned ? second : first;

        var alice = await other.OpenAsync("alice", 100);
        var bob = await other.OpenAsync("bob");
        Assert.True((await other.DoAsync(Ask.Move(alice, bob, 30))).Accepted);

        Assert.Equal(30, await first.PostedAsync(bob));
        var port = first.Services.GetRequiredService<global::Orleans.Runtime.ILocalSiloDetails>().SiloAddress.Endpoint.Port;
        using var strangers = TestCertificates.CreateAuthority("CN=strangers");
        using var stranger = TestCertificates.Issue("replica", strangers);
        using var member = TestCertificates.Issue("replica", authority);
        Assert.True(await IsLetInAsync(port, member));
        Assert.False(await IsLetInAsync(port, stranger));
    }

    /// <summary>The certificates of the host, another for each, which change while they run.</summary>
    [Fact]
    public async Task Replicas_go_on_when_the_host_replaces_their_certificates_and_the_authority()
    {
        var database = await server.CreateDatabaseAsync("cluster-host-tls");
        using var next = TestCertificates.CreateAuthority("CN=replicas 2");
        var (one, two) = (new HostCertificates(authority), new HostCertificates(authority));
        await using var first = await TestReplica.StartAsync(database, one.Certificates, ("Cluster:UsesHostCertificates", "true"));
        await using var second = await TestReplica.StartAsync(database, two.Certificates, ("Cluster:UsesHostCertificates", "true"));
        await ClusterTests.UntilAsync(() => first.Owned.Count() == 3 && second.Owned.Count() == 3);
        var port = first.Services.GetRequiredService<global::Orleans.Runtime.ILocalSiloDetails>().SiloAddress.Endpoint.Port;
        using var stranger = TestCertificates.Issue("replica", next);
        Assert.False(await IsLetInAsync(port, stranger));

        foreach (var host in (HostCertificates[])[one, two])
            host.Replace(next, trusting: [authority, next]);
        await using var third = await TestReplica.StartAsync(
            database, new HostCertificates(next).Certificates, ("Cluster:UsesHostCertificates", "true"));
        await ClusterTests.UntilAsync(() => third.Owned.Any() && first.Owned.Count() + second.Owned.Count() + third.Owned.Count() == 6);

        var other = third.Partition.IsOwned ? first : third;
        var alice = await other.OpenAsync("alice", 100);
        Assert.Equal(100, await other.PostedAsync(alice));
    }

    private sealed class HostCertificates(X509Certificate2 authority)
    {
        private X509Certificate2 _current = TestCertificates.Issue("replica", authority);
        private X509Certificate2[] _trusted = [authority];

        public ClusterCertificates Certificates => new(
            () => _current, remote =>
            {
                using var chain = new X509Chain
                {
                    ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck },
                };
                chain.ChainPolicy.CustomTrustStore.AddRange(_trusted);
                return chain.Build(remote);
            });

        public void Replace(X509Certificate2 by, X509Certificate2[] trusting) =>
            (_trusted, _current) = (trusting, TestCertificates.Issue("replica", by));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Whether the replica says anything: Orleans begins, but only to one whose certificate it takes.</summary>
    private async Task<bool> IsLetInAsync(int port, X509Certificate2 certificate)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, Cancellation);
        await using var stream = new SslStream(client.GetStream());
        var trusted = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trusted.CustomTrustStore.Add(authority);
        try
        {
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "replica",
                    ClientCertificates = [certificate],
                    CertificateChainPolicy = trusted,
                }, Cancellation);
            return await stream.ReadAsync(new byte[1], Cancellation) > 0;
        }
        catch (Exception exception) when (exception is IOException or System.Security.Authentication.AuthenticationException)
        {
            return false;
        }
    }
}
