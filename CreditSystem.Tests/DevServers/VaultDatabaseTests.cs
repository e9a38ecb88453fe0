using CreditSystem.Testing.Servers;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Tests.DevServers;

/// <summary>The database engine against the real DocumentDB: what it says it has done is seen with a client of its own.</summary>
public sealed class VaultDatabaseTests(MongoServer mongo)
{
    private const string ReadWrite = """{"db":"admin","roles":[{"role":"readWriteAnyDatabase"}]}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Issued_users_can_work_until_their_lease_is_revoked()
    {
        await using var vault = await StartAsync();
        var issued = await vault.DoAsync("GET", "database/creds/app");
        var (username, password) = ((string)issued.Data["username"]!, (string)issued.Data["password"]!);
        var leaseId = (string)issued.Body!["lease_id"]!;

        Assert.StartsWith("database/creds/app/", leaseId, StringComparison.Ordinal);
        Assert.StartsWith("v-token-app-", username, StringComparison.Ordinal);
        Assert.Equal((600, true), ((int)issued.Body["lease_duration"]!, (bool)issued.Body["renewable"]!));
        Assert.True(await CanWriteAsync(username, password));

        Assert.Equal(204, (await vault.SendAsync("POST", "sys/leases/revoke", new { lease_id = leaseId, sync = true })).Status);

        Assert.False(await CanWriteAsync(username, password));
        Assert.Equal(400, (await vault.SendAsync("POST", "sys/leases/lookup", new { lease_id = leaseId })).Status);
    }

    [Fact]
    public async Task A_lease_is_renewed_up_to_its_maximum_and_ends_with_the_clock()
    {
        await using var vault = await StartAsync();
        var issued = await vault.DoAsync("GET", "database/creds/app");
        var leaseId = (string)issued.Body!["lease_id"]!;
        await vault.SkipAsync(TimeSpan.FromMinutes(9));

        var renewed = await vault.DoAsync("POST", "sys/leases/renew", new { lease_id = leaseId, increment = "2h" });
        Assert.InRange((int)renewed.Body!["lease_duration"]!, 3000, 3060);
        Assert.Contains("TTL value is capped accordingly", renewed.Warning, StringComparison.Ordinal);
        Assert.InRange((int)(await vault.DoAsync("POST", "sys/leases/lookup", new { lease_id = leaseId })).Data["ttl"]!, 3000, 3060);

        await vault.SkipAsync(TimeSpan.FromHours(1));
        Assert.False(await CanWriteAsync((string)issued.Data["username"]!, (string)issued.Data["password"]!));
    }

    [Fact]
    public async Task Users_go_with_the_token_that_asked_for_them()
    {
        await using var vault = await StartAsync();
        var parent = (await vault.DoAsync("POST", "auth/token/create", new { })).Token;
        var child = (await vault.DoAsync("POST", "auth/token/create", new { }, parent)).Token;
        var issued = await vault.DoAsync("GET", "database/creds/app", token: child);

        await vault.DoAsync("POST", "auth/token/revoke-self", token: parent);

        Assert.False(await CanWriteAsync((string)issued.Data["username"]!, (string)issued.Data["password"]!));
    }

    [Fact]
    public async Task Revoking_a_prefix_takes_all_its_users_back()
    {
        await using var vault = await StartAsync();
        var one = await vault.DoAsync("GET", "database/creds/app");
        var other = await vault.DoAsync("GET", "database/creds/app");

        Assert.Equal(2, (await vault.DoAsync("LIST", "sys/leases/lookup/database/creds/app")).Data["keys"]!.AsArray().Count);
        await vault.DoAsync("POST", "sys/leases/revoke-prefix/database/creds/app");

        Assert.False(await CanWriteAsync((string)one.Data["username"]!, (string)one.Data["password"]!));
        Assert.False(await CanWriteAsync((string)other.Data["username"]!, (string)other.Data["password"]!));
    }

    [Fact]
    public async Task A_static_user_gets_a_new_password_on_request_and_on_schedule()
    {
        await using var vault = await StartAsync();
        var username = $"static-{Guid.NewGuid():N}";
        var admin = new MongoClient(await mongo.GetConnectionStringAsync()).GetDatabase("admin");
        await admin.RunCommandAsync<BsonDocument>(new BsonDocument { ["createUser"] = username, ["pwd"] = "first-password", ["roles"] = new BsonArray { new BsonDocument { ["role"] = "readWriteAnyDatabase", ["db"] = "admin" } } }, cancellationToken: Token);
        await vault.DoAsync("POST", "database/static-roles/app-user", new { db_name = "mongo", username, rotation_period = "1h" });

        var taken = await PasswordAsync(vault);
        await vault.DoAsync("POST", "database/rotate-role/app-user");
        var rotated = await PasswordAsync(vault);
        await vault.SkipAsync(TimeSpan.FromHours(1));
        var scheduled = await PasswordAsync(vault);

        Assert.Equal(4, new HashSet<string> { "first-password", taken, rotated, scheduled }.Count);
        Assert.False(await CanWriteAsync(username, rotated));
        Assert.True(await CanWriteAsync(username, scheduled));
    }

    [Fact]
    public async Task The_own_password_is_changed_to_one_that_only_the_server_knows()
    {
        await using var vault = await StartAsync(ownAdministrator: true);

        await vault.DoAsync("POST", "database/rotate-root/mongo");

        var issued = await vault.DoAsync("GET", "database/creds/app");
        Assert.True(await CanWriteAsync((string)issued.Data["username"]!, (string)issued.Data["password"]!));
        Assert.False(await CanWriteAsync(_administrator, "of-the-administrator"));
        Assert.DoesNotContain("password\":", (await vault.DoAsync("GET", "database/config/mongo")).Body!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_connection_that_does_not_work_an_unknown_role_and_one_that_is_not_allowed()
    {
        await using var vault = await StartAsync();
        await vault.DoAsync("POST", "database/roles/stranger", new { db_name = "mongo", creation_statements = new[] { ReadWrite } });

        var wrong = await vault.SendAsync("POST", "database/config/bad", new { plugin_name = "mongodb-database-plugin", connection_url = await UrlAsync(), username = "nobody", password = "x" });
        var unknown = await vault.SendAsync("GET", "database/creds/none");
        var stranger = await vault.SendAsync("GET", "database/creds/stranger");

        Assert.Equal(400, wrong.Status);
        Assert.Equal((400, "unknown role: none"), (unknown.Status, unknown.Error));
        Assert.Contains("\"stranger\" is not an allowed role", stranger.Error, StringComparison.Ordinal);
    }

    private string _administrator = "";

    private async Task<VaultHost> StartAsync(bool ownAdministrator = false)
    {
        var instance = await mongo.GetInstanceAsync();
        var (username, password) = (instance.Username, instance.Password);
        if (ownAdministrator)
        {
            (username, password) = (_administrator = $"vault-{Guid.NewGuid():N}", "of-the-administrator");
            var admin = new MongoClient(instance.ConnectionString).GetDatabase("admin");
            await admin.RunCommandAsync<BsonDocument>(new BsonDocument { ["createUser"] = username, ["pwd"] = password, ["roles"] = new BsonArray { new BsonDocument { ["role"] = "root", ["db"] = "admin" } } }, cancellationToken: Token);
        }

        var vault = await VaultHost.StartAsync();
        await vault.DoAsync("POST", "sys/mounts/database", new { type = "database" });
        await vault.DoAsync("POST", "database/config/mongo", new { plugin_name = "mongodb-database-plugin", connection_url = await UrlAsync(), username, password, allowed_roles = "app,app-user" });
        await vault.DoAsync("POST", "database/roles/app", new { db_name = "mongo", creation_statements = new[] { ReadWrite }, default_ttl = "10m", max_ttl = "1h" });
        return vault;
    }

    private async Task<string> UrlAsync() => $"mongodb://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{(await mongo.GetInstanceAsync()).Port}/admin?authMechanism=SCRAM-SHA-256";

    private static async Task<string> PasswordAsync(VaultHost vault) => (string)(await vault.DoAsync("GET", "database/static-creds/app-user")).Data["password"]!;

    private async Task<bool> CanWriteAsync(string username, string password)
    {
        using var client = new MongoClient((await UrlAsync()).Replace("{{username}}", username, StringComparison.Ordinal).Replace("{{password}}", password, StringComparison.Ordinal));
        try
        {
            await client.GetDatabase("vault-users").GetCollection<BsonDocument>("writes").InsertOneAsync(new BsonDocument("by", username), cancellationToken: Token);
            return true;
        }
        catch (Exception exception) when (exception is MongoAuthenticationException or MongoCommandException)
        {
            return false;
        }
    }
}
