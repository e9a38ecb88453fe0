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
