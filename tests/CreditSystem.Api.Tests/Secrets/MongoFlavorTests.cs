using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using CreditSystem.Secrets.Tests;
using CreditSystem.ServiceDefaults.Certificates;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using CreditSystem.Testing.Vault;
using Microsoft.Extensions.Configuration;
using MongoDB.Bson;

namespace CreditSystem.Api.Tests.Secrets;

/// <summary>MongoDB as people have it, by nothing but what is in the secret.</summary>
public sealed class MongoFlavorTests(MongoServer mongo, RedisServer shared) : IDisposable
{
    private readonly X509Certificate2 _authority = TestCertificates.CreateAuthority("CN=Servers");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task Mongodb_with_tls_whose_authority_comes_from_vault()
    {
        using var certificate = TestCertificates.Issue("localhost", _authority);
        await using var front = new TlsFront(certificate, (await mongo.GetInstanceAsync()).Port);
        object Secret(ConnectionsHost host, string authority) => new
        {
            service_name = "localhost",
            port = front.Port,
            user = host.User,
            user_password = host.MongoPassword,
            database_name = "connections",
            options = "authSource=admin&directConnection=true",
            tls = true,
            ca_certificate = authority,
        };

        await using var host = await ConnectionsHost.StartAsync(mongo, shared, mongoSecret: host => Secret(host, _authority.ExportCertificatePem()));
        await host.MongoConnection.ExecuteAsync(async (database, token) =>
        {
            await database.GetCollection<BsonDocument>("inserted").InsertOneAsync([], options: null, token);
            return true;
        }, Token);
        Assert.Contains("\"mongodb\":{\"connected\":true,\"using_vault_credentials\":true}", await host.Client.GetStringAsync("/health", Token), StringComparison.Ordinal);

        using var other = TestCertificates.CreateAuthority("CN=Other");
        await using var untrusting = await ConnectionsHost.StartAsync(mongo, shared, mongoSecret: host => Secret(host, other.ExportCertificatePem()));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await untrusting.Client.GetAsync("/health", Token)).StatusCode);
    }

    /// <summary>The certificate of the folder, and the one that takes its place with the connections that are made then.</summary>
    [Fact]
    public async Task Mongodb_that_requires_a_certificate_is_shown_that_of_the_folder()
    {
        using var certificates = new TestAuthority("servers");
        var folder = Directory.CreateTempSubdirectory("credit-system-mongo-tls-");
        void Issue()
        {
            var (certificate, key) = certificates.Issue("localhost");
            File.Copy(certificates.CaPath, Path.Combine(folder.FullName, "ca.crt"), overwrite: true);
            File.Copy(key, Path.Combine(folder.FullName, "tls.key"), overwrite: true);
            File.Copy(certificate, Path.Combine(folder.FullName, "tls.crt"), overwrite: true);
        }

        Issue();
        var (serverCertificate, serverKey) = certificates.Issue("localhost");
        using var own = X509CertificateLoader.LoadPkcs12(X509Certificate2.CreateFromPemFile(serverCertificate, serverKey).Export(X509ContentType.Pkcs12), null);
        var trust = TrustBundle.Load(await File.ReadAllTextAsync(certificates.CaPath, Token));
        await using var front = new TlsFront(own, (await mongo.GetInstanceAsync()).Port, shown => trust.Trusts(shown));
        object Secret(ConnectionsHost host) => new
        {
            connection_string = $"mongodb://{host.User}:{host.MongoPassword}@localhost:{front.Port}/?authSource=admin&directConnection=true&tls=true",
            database_name = "connections",
        };
        await using (var host = await ConnectionsHost.StartAsync(mongo, shared, mongoSecret: Secret, certificates: folder.FullName))
        {
            await host.MongoConnection.PingAsync(Token);
            var first = Assert.Single(front.Shown.Distinct());
            Issue();
            // Its own connection, as every thirty seconds in a service.
            for (var i = 0; front.Shown.Distinct().Count() == 1; i++)
            {
                Assert.True(i < 300, "The second certificate was never shown.");
                await Task.Delay(100, Token);
                await host.MongoConnection.VerifyCredentialsAsync(Token);
            }

            Assert.NotEqual(first, front.Shown.Last());
            Assert.Empty(host.HealthReasons.Current);
        }

        await using var without = await ConnectionsHost.StartAsync(mongo, shared, mongoSecret: Secret);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await without.Client.GetAsync("/health", Token)).StatusCode);
        folder.Delete(recursive: true);
    }

    /// <summary>SRV, replica sets and options in the forms in which people have them.</summary>
    [Theory]
    [InlineData("""{"connection_string":"mongodb+srv://cluster.example.net/credits?retryWrites=true","user":"app","user_password":"p@ss"}""", "mongodb+srv://app:p%40ss@cluster.example.net/credits?retryWrites=true")]
    [InlineData("""{"connection_string":"mongodb+srv://app:p@cluster.example.net/credits"}""", "mongodb+srv://app:p@cluster.example.net/credits")]
    [InlineData("""{"service_name":"a,b:27018,c","user":"app","user_password":"p","options":"replicaSet=rs0&w=majority","database_name":"credits"}""", "mongodb://app:p@a,b:27018,c/credits?replicaSet=rs0&w=majority")]
    [InlineData("""{"connection_string":"mongodb://app:p@a:1,b:2","options":"replicaSet=rs0&authSource=admin","tls":true}""", "mongodb://app:p@a:1,b:2/?replicaSet=rs0&authSource=admin&tls=true")]
    [InlineData("""{"connection_string":"mongodb://app:p@a:1/credits?replicaSet=rs1&ssl=false","options":"replicaSet=rs0&w=2","tls":true}""", "mongodb://app:p@a:1/credits?replicaSet=rs1&ssl=false&w=2")]
    public async Task Mongodb_in_the_forms_in_which_people_have_it(string secret, string expected)
    {
        await using var vault = await MinimalVault.StartAsync();
        vault.Write("credit-system/mongodb", JsonNode.Parse(secret)!);
        using var setup = new SecretsSetup(vault, isDevelopment: false);

        Assert.True(await setup.RefreshAsync());

        Assert.Equal(expected, setup.Configuration.GetConnectionString("credit-system")!.Replace(';', '&'));
    }
}
