using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CreditSystem.Cli.Tests.Rotation;
using CreditSystem.Testing.Servers;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Cli.Tests.Bootstrap;

/// <summary>What the bootstrap makes, for whom, and that it makes it once.</summary>
[Collection(nameof(BootstrapScene))]
public sealed class BootstrapTests(VaultServer vaults, MongoServer mongo, RedisServer redis) : BootstrapScene(vaults, mongo, redis)
{
    private static readonly string[] MongoKeys = ["connection_string", "database_name", "port", "root_user", "root_password", "service_name", "user", "user_password"];

    [Fact]
    public async Task Prepares_everything_that_the_API_needs_and_changes_nothing_the_second_time()
    {
        var (command, vault, names) = await PrepareAsync();
        var (exitCode, output) = await command.BootstrapAsync([.. names, "--credentials-directory", Credentials]);
        Assert.True(exitCode == 0, output);

        var secrets = await ReadSecretsAsync(vault, names[1]);
        Assert.All(MongoKeys, key => Assert.NotEmpty((string?)secrets["mongodb"][key] ?? ""));
        Assert.All(["host", "port", "password", "service_name"], key => Assert.NotEmpty((string?)secrets["redis"][key] ?? ""));
        Assert.All(["debug", "environment", "port", "secret_key", "service_name", "personal_data_key"], key => Assert.NotEmpty((string?)secrets["app"][key] ?? ""));
        Assert.All(["grafana_admin_password", "log_level", "metrics_enabled"], key => Assert.NotEmpty((string?)secrets["monitoring"][key] ?? ""));

        var secretId = await File.ReadAllTextAsync(Path.Combine(Credentials, "secret_id"), Token);
        (exitCode, output) = await command.BootstrapAsync([.. names, "--credentials-directory", Credentials]);
        Assert.True(exitCode == 0, output);
        Assert.True(output.Contains("Changed: 0.", StringComparison.Ordinal), output);
        Assert.Equal(secretId, await File.ReadAllTextAsync(Path.Combine(Credentials, "secret_id"), Token));
        foreach (var (name, secret) in await ReadSecretsAsync(vault, names[1]))
            Assert.True(JsonNode.DeepEquals(secrets[name], secret), name);
    }

    [Fact]
    public async Task What_another_run_has_mounted_meanwhile_is_kept()
    {
        using var role = await RotatedRole.CreateAsync(Vaults);
        await using var front = await VaultFront.StartAsync(await Vaults.GetInstanceAsync());
        // It is told how it was before the other run, until it has tried.
        front.Instead = context => context.Request.Path == "/v1/sys/auth" && !front.Requests.Contains("POST /v1/sys/auth/approle")
            ? (200, """{"data":{}}""")
            : null;
        role.VaultAddress = $"{front.Address}";

        var (exitCode, output) = await role.BootstrapAsync();

        Assert.True(exitCode == 3, output);
        Assert.Contains("POST /v1/sys/auth/approle", front.Requests);
        Assert.Contains("= login method auth/approle/ (approle)", output, StringComparison.Ordinal);
        Assert.DoesNotContain("+ login method", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_credentials_that_it_leaves_read_their_own_secrets_and_nothing_else()
    {
        var (command, vault, names) = await PrepareAsync();
        await SucceedAsync(command, [.. names, "--credentials-directory", Credentials]);
        using var own = vault.CreateClient(await LoginAsync(vault));
        using var root = vault.CreateClient();

        Assert.Equal(200, await StatusAsync(own, HttpMethod.Get, $"v1/secret/data/{names[1]}/mongodb"));
        Assert.Equal(200, await StatusAsync(own, HttpMethod.Get, $"v1/secret/metadata/{names[1]}?list=true"));
        Assert.Equal(200, await StatusAsync(own, HttpMethod.Get, "v1/auth/token/lookup-self"));
        using var other = await root.PostAsJsonAsync("v1/secret/data/somebody-else/app", new { data = new { a = "b" } }, Token);
        other.EnsureSuccessStatusCode();
        Assert.Equal(403, await StatusAsync(own, HttpMethod.Get, "v1/secret/data/somebody-else/app"));
        Assert.Equal(403, await StatusAsync(own, HttpMethod.Post, $"v1/secret/data/{names[1]}/mongodb"));
        Assert.Equal(403, await StatusAsync(own, HttpMethod.Delete, $"v1/secret/metadata/{names[1]}/mongodb"));
        Assert.Equal(403, await StatusAsync(own, HttpMethod.Get, "v1/sys/policies/acl/root"));
        Assert.Equal(403, await StatusAsync(own, HttpMethod.Post, "v1/auth/token/create"));
    }

    [Fact]
    public async Task The_MongoDB_user_reads_and_writes_its_own_database_and_no_other()
    {
        var (command, vault, names) = await PrepareAsync();
        await SucceedAsync(command, names);
        var secret = (await ReadSecretsAsync(vault, names[1]))["mongodb"];
        var client = new MongoClient((string?)secret["connection_string"]);

        await client.GetDatabase((string?)secret["database_name"]).GetCollection<BsonDocument>("c").InsertOneAsync(new BsonDocument("_id", 1), cancellationToken: Token);
        var refused = await Assert.ThrowsAnyAsync<MongoException>(() => client.GetDatabase("another").GetCollection<BsonDocument>("c").InsertOneAsync(new BsonDocument("_id", 1), cancellationToken: Token));
        Assert.Contains("not authorized", refused.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task With_the_database_engine_the_API_borrows_a_user_of_its_own_that_ends_with_its_lease()
    {
        var (command, vault, names) = await PrepareAsync();
        string[] arguments = [.. names, "--credentials-directory", Credentials, "--database-engine", "--database-role", names[3]];
        await SucceedAsync(command, arguments);
        using var own = vault.CreateClient(await LoginAsync(vault));
        var lease = (await own.GetFromJsonAsync<JsonObject>($"v1/database/creds/{names[3]}", Token))!;
        var database = (string?)(await ReadSecretsAsync(vault, names[1]))["mongodb"]["database_name"];
        var address = new MongoUrlBuilder(await Mongo.GetConnectionStringAsync()) { Username = (string?)lease["data"]!["username"], Password = (string?)lease["data"]!["password"], AuthenticationSource = "admin" };
        var client = new MongoClient(address.ToString());

        await client.GetDatabase(database).GetCollection<BsonDocument>("borrowed").InsertOneAsync(new BsonDocument("_id", 1), cancellationToken: Token);
        await Assert.ThrowsAnyAsync<MongoException>(() => client.GetDatabase("another").GetCollection<BsonDocument>("c").InsertOneAsync(new BsonDocument("_id", 1), cancellationToken: Token));
        Assert.Equal(3600, (int)lease["lease_duration"]!);

        var (exitCode, output) = await command.BootstrapAsync(arguments);
        Assert.True(exitCode == 0, output);
        Assert.Contains("Changed: 0.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_MongoDB_user_whose_password_somebody_changed_gets_the_one_in_Vault_again()
    {
        var (command, vault, names) = await PrepareAsync();
        await SucceedAsync(command, names);
        var secret = (await ReadSecretsAsync(vault, names[1]))["mongodb"];
        var admin = new MongoClient(await Mongo.GetConnectionStringAsync());
        await admin.GetDatabase((string?)secret["database_name"]).RunCommandAsync<BsonDocument>(
            new BsonDocument { ["updateUser"] = (string?)secret["user"], ["pwd"] = "another password" }, cancellationToken: Token);

        var (_, output) = await command.BootstrapAsync(names);

        Assert.Contains("~ MongoDB user", output, StringComparison.Ordinal);
        await new MongoClient((string?)secret["connection_string"]).GetDatabase((string?)secret["database_name"]).ListCollectionNamesAsync(cancellationToken: Token);
    }

    [Fact]
    public async Task A_dry_run_names_what_would_change_and_changes_nothing()
    {
        var (command, vault, names) = await PrepareAsync();
        var (exitCode, output) = await command.BootstrapAsync([.. names, "--credentials-directory", Credentials, "--dry-run"]);

        Assert.True(exitCode == 0, output);
        Assert.Contains($"+ secret secret/{names[1]}/mongodb: connection_string, database_name", output, StringComparison.Ordinal);
        Assert.Contains($"+ policy {names[3]}", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Credentials));
        using var root = vault.CreateClient();
        Assert.Equal(404, await StatusAsync(root, HttpMethod.Get, $"v1/secret/data/{names[1]}/mongodb"));
        Assert.Equal(404, await StatusAsync(root, HttpMethod.Get, $"v1/sys/policies/acl/{names[3]}"));
    }

    [Fact]
    public async Task Sets_up_an_audit_device_that_names_who_has_read_what_without_values()
    {
        await using var own = await VaultInstance.StartAsync(Token);
        var command = new CliRun(new Dictionary<string, string?> { ["VAULT_ADDR"] = $"{own.Address}", ["VAULT_TOKEN"] = own.RootToken });
        var file = Path.Combine(_directory, "audit.log");
        Assert.Equal(3, (await command.BootstrapAsync("--audit-file", file)).ExitCode);
        var (_, output) = await command.BootstrapAsync("--audit-file", file);
        Assert.Contains($"= audit device file/ in {file}", output, StringComparison.Ordinal);
        using var root = own.CreateClient();
        var secret = (await root.GetFromJsonAsync<JsonObject>("v1/secret/data/credit-system/app", Token))!["data"]!["data"]!;

        var audit = await File.ReadAllTextAsync(file, Token);
        Assert.Contains("secret/data/credit-system/app", audit, StringComparison.Ordinal);
        Assert.DoesNotContain((string?)secret["secret_key"] ?? "", audit, StringComparison.Ordinal);

        var (exitCode, refusal) = await command.BootstrapAsync("--audit-file", $"{file}.other");
        Assert.Equal(1, exitCode);
        Assert.Contains("writes elsewhere", refusal, StringComparison.Ordinal);
    }
}
