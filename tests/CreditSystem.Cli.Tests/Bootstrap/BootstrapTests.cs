using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CreditSystem.Cli.Tests.Rotation;
using CreditSystem.Testing.Servers;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Cli.Tests.Bootstrap;

/// <summary>The bootstrap against the development Vault, and the real MongoDB and Redis.</summary>
public sealed class BootstrapTests(VaultServer vaults, MongoServer mongo, RedisServer redis) : IDisposable
{
    private static readonly string[] MongoKeys = ["connection_string", "database_name", "port", "root_user", "root_password", "service_name", "user", "user_password"];

    private readonly string _directory = Directory.CreateTempSubdirectory("credit-system-bootstrap-test-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Credentials => Path.Combine(_directory, "approle");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

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
        using var role = await RotatedRole.CreateAsync(vaults);
        await using var front = await VaultFront.StartAsync(await vaults.GetInstanceAsync());
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
        var address = new MongoUrlBuilder(await mongo.GetConnectionStringAsync()) { Username = (string?)lease["data"]!["username"], Password = (string?)lease["data"]!["password"], AuthenticationSource = "admin" };
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
        var admin = new MongoClient(await mongo.GetConnectionStringAsync());
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
    public async Task Keeps_what_an_operator_has_set_and_the_keys_that_stored_data_needs()
    {
        var (command, vault, names) = await PrepareAsync();
        await SucceedAsync(command, names);
        var before = await ReadSecretsAsync(vault, names[1]);
        using var root = vault.CreateClient();
        var monitoring = (JsonObject)before["monitoring"].DeepClone();
        (monitoring["log_level"], monitoring["of_the_operator"]) = ("Debug", "kept");
        using var written = await root.PostAsJsonAsync($"v1/secret/data/{names[1]}/monitoring", new JsonObject { ["data"] = monitoring }, Token);
        written.EnsureSuccessStatusCode();

        await SucceedAsync(command, names);

        var after = await ReadSecretsAsync(vault, names[1]);
        Assert.Equal("Debug", (string?)after["monitoring"]["log_level"]);
        Assert.Equal("kept", (string?)after["monitoring"]["of_the_operator"]);
        Assert.Equal((string?)before["app"]["personal_data_key"], (string?)after["app"]["personal_data_key"]);
    }

    [Fact]
    public async Task Gives_a_secret_that_is_not_there_what_it_has_by_default_and_leaves_one_that_is_there_alone()
    {
        var (command, vault, names) = await PrepareAsync();
        var (key, sign) = (Path.Combine(_directory, "key"), Path.Combine(_directory, "sign"));
        await File.WriteAllTextAsync(key, "key-of-development", Token);
        await File.WriteAllTextAsync(sign, "sign-of-development", Token);
        string[] defaults = ["--set-default", $"stripe.secret_key=@{key}", "--set-default", $"stripe.webhook_secret=@{sign}"];
        using var root = vault.CreateClient();
        var path = $"v1/secret/data/{names[1]}/stripe";

        await SucceedAsync(command, names);
        Assert.Equal(404, await StatusAsync(root, HttpMethod.Get, path));
        await SucceedAsync(command, [.. names, .. defaults]);
        var made = (await root.GetFromJsonAsync<JsonObject>(path, Token))!["data"]!["data"]!;
        Assert.Equal(("key-of-development", "sign-of-development"), ((string?)made["secret_key"], (string?)made["webhook_secret"]));

        // Another account's key, without its webhook secret yet: half of each would be worse than none.
        using var written = await root.PostAsJsonAsync(path, new { data = new { secret_key = "key-of-the-operator" } }, Token);
        written.EnsureSuccessStatusCode();
        await SucceedAsync(command, [.. names, .. defaults]);
        var kept = (await root.GetFromJsonAsync<JsonObject>(path, Token))!["data"]!["data"]!;
        Assert.Equal(("key-of-the-operator", null), ((string?)kept["secret_key"], (string?)kept["webhook_secret"]));
    }

    [Fact]
    public async Task A_Vault_that_has_forgotten_everything_gets_the_keys_of_stored_data_back()
    {
        var (command, vault, names) = await PrepareAsync();
        var kept = Path.Combine(_directory, "kept");
        await SucceedAsync(command, [.. names, "--keep-values", kept]);
        var before = (await ReadSecretsAsync(vault, names[1]))["app"];
        using var root = vault.CreateClient();
        using var deleted = await root.DeleteAsync(new Uri($"v1/secret/metadata/{names[1]}/app", UriKind.Relative), Token);
        deleted.EnsureSuccessStatusCode();

        await SucceedAsync(command, [.. names, "--keep-values", kept]);

        var after = (await ReadSecretsAsync(vault, names[1]))["app"];
        Assert.Equal((string?)before["personal_data_key"], (string?)after["personal_data_key"]);
        Assert.Equal((string?)before["secret_key"], (string?)after["secret_key"]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.ResolveLinkTarget(Path.Combine(kept, "kept-values"), returnFinalTarget: true)!.UnixFileMode);
    }

    [Fact]
    public async Task Leaves_databases_alone_that_it_is_not_told_of_and_says_what_is_missing()
    {
        var instance = await vaults.GetInstanceAsync();
        var command = new CliRun(new Dictionary<string, string?> { ["VAULT_ADDR"] = $"{instance.Address}", ["VAULT_TOKEN"] = instance.RootToken });
        var names = Names();
        var (exitCode, output) = await command.BootstrapAsync(names);
        Assert.Equal(3, exitCode);
        Assert.Contains("Missing: mongodb.connection_string, mongodb.database_name, redis.host, redis.port, redis.password.", output, StringComparison.Ordinal);

        var file = Path.Combine(_directory, "value");
        await File.WriteAllTextAsync(file, "mongodb://user:password@db.example/credit_system\n", Token);
        (exitCode, output) = await command.BootstrapAsync(
            [.. names, "--set", $"mongodb.connection_string=@{file}", "--set", "mongodb.database_name=credit_system", "--set", "redis.host=cache.example", "--set", "redis.port=6379", "--set", $"redis.password=@{file}"]);
        Assert.True(exitCode == 0, output);
        Assert.Equal("mongodb://user:password@db.example/credit_system", (string?)(await ReadSecretsAsync(instance, names[1]))["mongodb"]["connection_string"]);
        Assert.DoesNotContain("db.example", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--set", "redis.password=in-the-arguments")]
    [InlineData("--set", "elsewhere.key=value")]
    [InlineData("--set-default", "stripe.secret_key=in-the-arguments")]
    public async Task Refuses_values_that_should_not_be_arguments(string option, string value)
    {
        var (command, _, names) = await PrepareAsync();
        var (exitCode, output) = await command.BootstrapAsync([.. names, option, value]);
        Assert.Equal(2, exitCode);
        Assert.DoesNotContain("in-the-arguments", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sets_up_an_audit_device_that_names_who_has_read_what_without_values()
    {
        await using var own = await VaultServer.StartIsolatedAsync(Token);
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

    [Fact]
    public async Task Changes_a_secret_that_takes_no_write_without_check_and_set()
    {
        var (command, vault, names) = await PrepareAsync();
        await SucceedAsync(command, names);
        using var root = vault.CreateClient();
        using var required = await root.PostAsJsonAsync($"v1/secret/metadata/{names[1]}/monitoring", new { cas_required = true }, Token);
        required.EnsureSuccessStatusCode();
        Assert.Equal(400, await StatusAsync(root, HttpMethod.Post, $"v1/secret/data/{names[1]}/monitoring"));

        await SucceedAsync(command, [.. names, "--set", "monitoring.log_level=Debug"]);

        Assert.Equal("Debug", (string?)(await ReadSecretsAsync(vault, names[1]))["monitoring"]["log_level"]);
    }

    [Fact]
    public async Task Prints_no_value_that_it_has_made_or_been_given()
    {
        var (command, vault, names) = await PrepareAsync();
        await SucceedAsync(command, [.. names, "--credentials-directory", Credentials]);
        await SucceedAsync(command, [.. names, "--dry-run"]);
        string?[] values =
        [
            .. (await ReadSecretsAsync(vault, names[1])).Values.SelectMany(secret => secret).Where(pair => pair.Key.Contains("password", StringComparison.Ordinal) || pair.Key.Contains("key", StringComparison.Ordinal)).Select(pair => (string?)pair.Value),
            await File.ReadAllTextAsync(Path.Combine(Credentials, "role_id"), Token), await File.ReadAllTextAsync(Path.Combine(Credentials, "secret_id"), Token), vault.RootToken,
        ];
        Assert.True(values.Length > 8);
        Assert.All(values, value => Assert.DoesNotContain(value!, command.Everything, StringComparison.Ordinal));
    }

    private static async Task SucceedAsync(CliRun command, params string[] args)
    {
        var (exitCode, output) = await command.BootstrapAsync(args);
        Assert.True(exitCode == 0, output);
    }

    private string[] Names()
    {
        var name = vaults.CreateName("bootstrap");
        return ["--prefix", name, "--policy", $"{name}-policy", "--role", $"{name}-role", "--rotator-role", $"{name}-rotator"];
    }

    private async Task<(CliRun, VaultInstance, string[])> PrepareAsync()
    {
        var vault = await vaults.GetInstanceAsync();
        var names = Names();
        var url = new MongoUrlBuilder(await mongo.GetConnectionStringAsync()) { DatabaseName = names[1] };
        return (new CliRun(new Dictionary<string, string?>
        {
            ["VAULT_ADDR"] = $"{vault.Address}",
            ["VAULT_TOKEN"] = vault.RootToken,
            ["ConnectionStrings__mongodb"] = url.ToString(),
            ["ConnectionStrings__redis"] = await redis.GetConnectionStringAsync(),
        }), vault, names);
    }

    private async Task<string> LoginAsync(VaultInstance vault)
    {
        using var client = vault.CreateClient();
        using var response = await client.PostAsJsonAsync("v1/auth/approle/login", new
        {
            role_id = await File.ReadAllTextAsync(Path.Combine(Credentials, "role_id"), Token),
            secret_id = await File.ReadAllTextAsync(Path.Combine(Credentials, "secret_id"), Token),
        }, Token);
        return (string?)(await response.Content.ReadFromJsonAsync<JsonObject>(Token))!["auth"]!["client_token"] ?? throw new InvalidOperationException("No token.");
    }

    private static async Task<Dictionary<string, JsonObject>> ReadSecretsAsync(VaultInstance vault, string prefix)
    {
        using var client = vault.CreateClient();
        var secrets = new Dictionary<string, JsonObject>();
        foreach (var name in new[] { "mongodb", "redis", "app", "monitoring" })
            secrets[name] = (JsonObject)(await client.GetFromJsonAsync<JsonObject>($"v1/secret/data/{prefix}/{name}", Token))!["data"]!["data"]!.DeepClone();
        return secrets;
    }

    private static async Task<int> StatusAsync(HttpClient client, HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (method == HttpMethod.Post)
            request.Content = JsonContent.Create(new { data = new { a = "b" } });
        using var response = await client.SendAsync(request, Token);
        return (int)response.StatusCode;
    }
}
