using System.Net;
using System.Security.Cryptography.X509Certificates;
using CreditSystem.Api.RateLimiting;
using CreditSystem.Identity.Sessions;
using CreditSystem.Secrets.Tests;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using CreditSystem.Testing.Vault;
using Microsoft.Extensions.Configuration;
using MongoDB.Bson;
using StackExchange.Redis;

namespace CreditSystem.Api.Tests.Secrets;

/// <summary>Redis and MongoDB as people have them, by nothing but what is in the secret.</summary>
public sealed class ServerFlavorTests(MongoServer mongo) : IDisposable
{
    private const string Password = "canary-acl-password";

    private readonly X509Certificate2 _authority = TestCertificates.CreateAuthority("CN=Servers");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task Redis_with_an_acl_user_and_tls_whose_authority_comes_from_vault()
    {
        var port = FreePort.Take();
        await using var redis = new DebianRedis();
        using var certificate = TestCertificates.Issue("localhost", _authority);
        redis.Write("redis.crt", certificate.ExportCertificatePem());
        redis.Write("redis.key", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        redis.Write("ca.crt", _authority.ExportCertificatePem());
        await redis.StartAsync($"""
            port 0
            tls-port {port}
            tls-cert-file {redis.Folder}/redis.crt
            tls-key-file {redis.Folder}/redis.key
            tls-ca-cert-file {redis.Folder}/ca.crt
            tls-auth-clients no
            user default off
            user credits on >{Password} ~* &* +@all
            """);

        await using var host = await ConnectionsHost.StartAsync(mongo, redisSecret: new { host = "localhost", port, user = "credits", password = Password, tls = true, ca_certificate = _authority.ExportCertificatePem() });

        Assert.Equal($"localhost:{port},user=credits,password={Password},ssl=true", host.Configuration.GetConnectionString("redis"));
        await AssertWorksAsync(host);

        // The same as one string; and with another authority it is not trusted.
        host.Vault.Write("credit-system/redis", new { connection_string = $"localhost:{port},user=credits,password={Password},ssl=true,name=whole", ca_certificate = _authority.ExportCertificatePem() });
        Assert.True(await host.Secrets.RefreshAsync(Token));
        await AssertWorksAsync(host);
        await host.RedisConnection.VerifyCredentialsAsync(Token);
        Assert.Empty(host.HealthReasons.Current);

        using var other = TestCertificates.CreateAuthority("CN=Other");
        await using var untrusting = await ConnectionsHost.StartAsync(mongo, redisSecret: new { host = "localhost", port, user = "credits", password = Password, tls = true, ca_certificate = other.ExportCertificatePem() });
        Assert.Contains("\"redis\":{\"connected\":false}", await untrusting.Client.GetStringAsync("/health", Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_acl_user_whose_password_redis_refuses_is_named()
    {
        var port = FreePort.Take();
        await using var redis = new DebianRedis();
        await redis.StartAsync($"port {port}\nuser default off\nuser credits on >{Password} ~* &* +@all");
        await using var host = await ConnectionsHost.StartAsync(mongo, redisSecret: new { host = "127.0.0.1", port, user = "credits", password = "wrong" });

        await host.RedisConnection.VerifyCredentialsAsync(Token);

        Assert.StartsWith("redis: the server refuses the configured credentials", Assert.Single(host.HealthReasons.Current), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redis_behind_a_sentinel()
    {
        var (port, sentinel) = (FreePort.Take(), FreePort.Take());
        await using var redis = new DebianRedis();
        await redis.StartAsync($"port {port}\nrequirepass {Password}");
        await redis.StartAsync($"port {sentinel}\nsentinel monitor credits 127.0.0.1 {port} 1\nsentinel auth-pass credits {Password}", "+monitor master", "--sentinel");

        await using var host = await ConnectionsHost.StartAsync(mongo, redisSecret: new { host = "127.0.0.1", port = sentinel, sentinel_master = "credits", password = Password });

        Assert.Equal($"127.0.0.1:{sentinel},serviceName=credits,password={Password}", host.Configuration.GetConnectionString("redis"));
        await AssertWorksAsync(host);
    }

    [Fact]
    public async Task Redis_as_a_cluster()
    {
        var port = FreePort.Take();
        await using var redis = new DebianRedis();
        await redis.StartAsync($"port {port}\ncluster-enabled yes\ncluster-announce-ip 127.0.0.1\ncluster-port {FreePort.Take()}\nrequirepass {Password}");
        await DebianRedis.CommandAsync(port, "-a", Password, "cluster", "addslotsrange", "0", "16383");
        // A cluster is up a moment after it has its slots.
        await DebianRedis.UntilAsync(port, "cluster_state:ok", "-a", Password, "cluster", "info");

        await using var host = await ConnectionsHost.StartAsync(mongo, redisSecret: new { host = $"127.0.0.1:{port}", password = Password });

        await AssertWorksAsync(host);
    }

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

        await using var host = await ConnectionsHost.StartAsync(mongo, mongoSecret: host => Secret(host, _authority.ExportCertificatePem()));
        await host.MongoConnection.ExecuteAsync(async (database, token) =>
        {
            await database.GetCollection<BsonDocument>("inserted").InsertOneAsync([], options: null, token);
            return true;
        }, Token);
        Assert.Contains("\"mongodb\":{\"connected\":true,\"using_vault_credentials\":true}", await host.Client.GetStringAsync("/health", Token), StringComparison.Ordinal);

        using var other = TestCertificates.CreateAuthority("CN=Other");
        await using var untrusting = await ConnectionsHost.StartAsync(mongo, mongoSecret: host => Secret(host, other.ExportCertificatePem()));
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
        var trust = CreditSystem.ServiceDefaults.Certificates.TrustBundle.Load(await File.ReadAllTextAsync(certificates.CaPath, Token));
        await using var front = new TlsFront(own, (await mongo.GetInstanceAsync()).Port, shown => trust.Trusts(shown));
        object Secret(ConnectionsHost host) => new
        {
            connection_string = $"mongodb://{host.User}:{host.MongoPassword}@localhost:{front.Port}/?authSource=admin&directConnection=true&tls=true",
            database_name = "connections",
        };
        await using (var host = await ConnectionsHost.StartAsync(mongo, mongoSecret: Secret, certificates: folder.FullName))
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

        await using var without = await ConnectionsHost.StartAsync(mongo, mongoSecret: Secret);
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
        vault.Write("credit-system/mongodb", System.Text.Json.Nodes.JsonNode.Parse(secret)!);
        using var setup = new SecretsSetup(vault, isDevelopment: false);

        Assert.True(await setup.RefreshAsync());

        Assert.Equal(expected, setup.Configuration.GetConnectionString("credit-system")!.Replace(';', '&'));
    }

    [Theory]
    [InlineData("""{"host":"a,b:7001,[::1]","password":"p"}""", "a:6379,b:7001,[::1]:6379,password=p")]
    [InlineData("""{"host":"s1,s2","port":"26379","sentinel_master":"credits","user":"app","password":"p","tls":"true"}""", "s1:26379,s2:26379,serviceName=credits,user=app,password=p,ssl=true")]
    [InlineData("""{"connection_string":"a:1,abortConnect=false","user":"app","password":"p","tls":true}""", "a:1,abortConnect=false,user=app,password=p,ssl=true")]
    [InlineData("""{"connection_string":"a:1,user=own,password=own,ssl=false","user":"app","password":"p","tls":true}""", "a:1,user=own,password=own,ssl=false")]
    public async Task Redis_in_the_forms_in_which_people_have_it(string secret, string expected)
    {
        await using var vault = await MinimalVault.StartAsync();
        vault.Write("credit-system/redis", System.Text.Json.Nodes.JsonNode.Parse(secret)!);
        using var setup = new SecretsSetup(vault, isDevelopment: false);

        Assert.True(await setup.RefreshAsync());

        Assert.Equal(expected, setup.Configuration.GetConnectionString("redis"));
    }

    /// <summary>The health says so, and the script that asks for a limit and a revocation at once runs.</summary>
    private static async Task AssertWorksAsync(ConnectionsHost host)
    {
        await host.RedisConnection.ExecuteAsync((database, _) => database.StringSetAsync("a", "1"), Token);
        for (var i = 0; !(await host.Client.GetStringAsync("/health", Token)).Contains("\"redis\":{\"connected\":true}", StringComparison.Ordinal); i++)
        {
            Assert.True(i < 100, "Redis is not connected.");
            await Task.Delay(100, Token);
        }

        RedisKey[] keys = [RateLimiter.KeyOf(new Bucket("user", "alice", new LimitOptions { Requests = 1, WindowSeconds = 1 })), Revocations.KeyOfSession("s"), Revocations.KeyOfApiKey("k")];
        Assert.Equal(3, (int)await host.RedisConnection.ExecuteAsync((database, _) => database.ScriptEvaluateAsync("return #KEYS", keys), Token));
    }
}
