using System.Security.Cryptography.X509Certificates;
using CreditSystem.Api.RateLimiting;
using CreditSystem.Identity.Sessions;
using CreditSystem.Secrets.Tests;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using CreditSystem.Testing.Vault;
using Microsoft.Extensions.Configuration;
using StackExchange.Redis;

namespace CreditSystem.Api.Tests.Secrets;

/// <summary>Redis as people have it, by nothing but what is in the secret.</summary>
public sealed class RedisFlavorTests(MongoServer mongo, RedisServer shared) : IDisposable
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

        await using var host = await ConnectionsHost.StartAsync(mongo, shared, redisSecret: new { host = "localhost", port, user = "credits", password = Password, tls = true, ca_certificate = _authority.ExportCertificatePem() });

        Assert.Equal($"localhost:{port},user=credits,password={Password},ssl=true", host.Configuration.GetConnectionString("redis"));
        await AssertWorksAsync(host);

        // The same as one string; and with another authority it is not trusted.
        host.Vault.Write("credit-system/redis", new { connection_string = $"localhost:{port},user=credits,password={Password},ssl=true,name=whole", ca_certificate = _authority.ExportCertificatePem() });
        Assert.True(await host.Secrets.RefreshAsync(Token));
        await AssertWorksAsync(host);
        await host.RedisConnection.VerifyCredentialsAsync(Token);
        Assert.Empty(host.HealthReasons.Current);

        using var other = TestCertificates.CreateAuthority("CN=Other");
        await using var untrusting = await ConnectionsHost.StartAsync(mongo, shared, redisSecret: new { host = "localhost", port, user = "credits", password = Password, tls = true, ca_certificate = other.ExportCertificatePem() });
        Assert.Contains("\"redis\":{\"connected\":false}", await untrusting.Client.GetStringAsync("/health", Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_acl_user_whose_password_redis_refuses_is_named()
    {
        var port = FreePort.Take();
        await using var redis = new DebianRedis();
        await redis.StartAsync($"port {port}\nuser default off\nuser credits on >{Password} ~* &* +@all");
        await using var host = await ConnectionsHost.StartAsync(mongo, shared, redisSecret: new { host = "127.0.0.1", port, user = "credits", password = "wrong" });

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

        await using var host = await ConnectionsHost.StartAsync(mongo, shared, redisSecret: new { host = "127.0.0.1", port = sentinel, sentinel_master = "credits", password = Password });

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

        await using var host = await ConnectionsHost.StartAsync(mongo, shared, redisSecret: new { host = $"127.0.0.1:{port}", password = Password });

        await AssertWorksAsync(host);
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
