using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CreditSystem.Testing.Servers;

namespace CreditSystem.Cli.Tests.Bootstrap;

/// <summary>Which values the bootstrap makes, takes over and leaves alone.</summary>
[Collection(nameof(BootstrapScene))]
public sealed class BootstrapValueTests(VaultServer vaults, MongoServer mongo, RedisServer redis) : BootstrapScene(vaults, mongo, redis)
{
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
        var instance = await Vaults.GetInstanceAsync();
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
}
