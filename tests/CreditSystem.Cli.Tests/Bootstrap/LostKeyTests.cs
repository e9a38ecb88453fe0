using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CreditSystem.Testing.Servers;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Cli.Tests.Bootstrap;

/// <summary>The bootstrap makes up no key under whose predecessor data may be stored.</summary>
public sealed class LostKeyTests(VaultServer vaults, MongoServer mongo)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary><c>kv put</c> where <c>kv patch</c> was meant.</summary>
    [Theory]
    [InlineData("personal_data_key")]
    [InlineData("secret_key")]
    public async Task A_key_that_an_earlier_version_has_is_pointed_to_and_nothing_is_changed(string key)
    {
        var (command, vault, name) = await PrepareAsync(withMongo: false);
        Assert.Equal(3, (await command.BootstrapAsync("--prefix", name)).ExitCode);
        var lost = await ReadAsync(vault, name);
        lost.Remove(key);
        await WriteAsync(vault, name, lost);

        foreach (var dryRun in (string[][])[["--dry-run"], []])
        {
            var (exitCode, output) = await command.BootstrapAsync(["--prefix", name, .. dryRun]);
            Assert.Equal(1, exitCode);
            Assert.Contains($"has lost its {key}; version 1 has it", output, StringComparison.Ordinal);
            Assert.Contains("vault rollback app --to 1", output, StringComparison.Ordinal);
        }

        Assert.True(JsonNode.DeepEquals(lost, await ReadAsync(vault, name)));

        // Back from where it was pointed to, it is whole again.
        using var root = vault.CreateClient();
        var first = (await root.GetFromJsonAsync<JsonObject>($"v1/secret/data/{name}/app?version=1", Token))!["data"]!["data"]!.AsObject();
        await WriteAsync(vault, name, (JsonObject)first.DeepClone());
        Assert.Equal(3, (await command.BootstrapAsync("--prefix", name)).ExitCode);
    }

    [Fact]
    public async Task A_version_that_is_deleted_may_have_it_and_is_named()
    {
        var (command, vault, name) = await PrepareAsync(withMongo: false);
        Assert.Equal(3, (await command.BootstrapAsync("--prefix", name)).ExitCode);
        using var root = vault.CreateClient();
        using var deleted = await root.DeleteAsync(new Uri($"v1/secret/data/{name}/app", UriKind.Relative), Token);
        deleted.EnsureSuccessStatusCode();

        var (exitCode, output) = await command.BootstrapAsync("--prefix", name);

        Assert.Equal(1, exitCode);
        Assert.Contains("version 1, which is deleted, may have it (vault kv undelete -versions=1)", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_users_in_MongoDB_none_is_made_up_whatever_Vault_has_forgotten()
    {
        var (command, vault, name) = await PrepareAsync(withMongo: true);
        await SaveUserAsync(name, "local:v1:x");

        var (exitCode, output) = await command.BootstrapAsync("--prefix", name);
        Assert.Equal(1, exitCode);
        Assert.Contains("MongoDB holds users whose data needs it", output, StringComparison.Ordinal);
        using var root = vault.CreateClient();
        Assert.Equal(404, (int)(await root.GetAsync(new Uri($"v1/secret/data/{name}/app", UriKind.Relative), Token)).StatusCode);

        (exitCode, output) = await command.BootstrapAsync("--prefix", name, "--new-keys");
        Assert.True(exitCode == 3, output);
    }

    [Fact]
    public async Task A_transit_key_under_which_data_is_stored_is_made_up_as_little()
    {
        var (command, vault, name) = await PrepareAsync(withMongo: true);
        var key = Path.GetTempFileName();
        await File.WriteAllTextAsync(key, new string('k', 64), Token);
        string[] args = ["--prefix", name, "--transit-key", name, "--set", $"app.personal_data_key=@{key}", "--set", $"app.secret_key=@{key}"];
        await SaveUserAsync(name, "vault:v1:x");

        var (exitCode, output) = await command.BootstrapAsync(args);

        Assert.Equal(1, exitCode);
        Assert.Contains($"Vault holds no transit/keys/{name}, but MongoDB holds personal data", output, StringComparison.Ordinal);
        using var root = vault.CreateClient();
        Assert.Equal(404, (int)(await root.GetAsync(new Uri($"v1/transit/keys/{name}", UriKind.Relative), Token)).StatusCode);
        File.Delete(key);
    }

    /// <summary>The original's Vault has the secret, and no key of that name in any version.</summary>
    [Fact]
    public async Task A_secret_that_never_had_one_gets_one_where_MongoDB_is_seen_to_be_empty()
    {
        var (command, vault, name) = await PrepareAsync(withMongo: true);
        await WriteAsync(vault, name, new JsonObject { ["secret_key"] = new string('k', 64) });

        var (exitCode, output) = await command.BootstrapAsync("--prefix", name);

        Assert.True(exitCode == 3, output);
        Assert.NotEmpty((string?)(await ReadAsync(vault, name))["personal_data_key"] ?? "");

        var (blind, other, unseen) = await PrepareAsync(withMongo: false);
        await WriteAsync(other, unseen, new JsonObject { ["secret_key"] = new string('k', 64) });
        (exitCode, output) = await blind.BootstrapAsync("--prefix", unseen);
        Assert.Equal(1, exitCode);
        Assert.Contains("no MongoDB could be asked", output, StringComparison.Ordinal);
    }

    private async Task<(CliRun Command, VaultInstance Vault, string Name)> PrepareAsync(bool withMongo)
    {
        var (vault, name) = (await vaults.GetInstanceAsync(), vaults.CreateName("keys"));
        return (new CliRun(new Dictionary<string, string?>
        {
            ["VAULT_ADDR"] = $"{vault.Address}",
            ["VAULT_TOKEN"] = vault.RootToken,
            ["ConnectionStrings__mongodb"] = withMongo ? new MongoUrlBuilder(await mongo.GetConnectionStringAsync()) { DatabaseName = name }.ToString() : null,
        }), vault, name);
    }

    private async Task SaveUserAsync(string database, string email) => await new MongoClient(await mongo.GetConnectionStringAsync()).GetDatabase(database)
        .GetCollection<BsonDocument>("users").InsertOneAsync(new BsonDocument { ["_id"] = "u", ["email"] = email }, cancellationToken: Token);

    private static async Task<JsonObject> ReadAsync(VaultInstance vault, string name)
    {
        using var root = vault.CreateClient();
        return (JsonObject)(await root.GetFromJsonAsync<JsonObject>($"v1/secret/data/{name}/app", Token))!["data"]!["data"]!.DeepClone();
    }

    private static async Task WriteAsync(VaultInstance vault, string name, JsonObject data)
    {
        using var root = vault.CreateClient();
        using var written = await root.PostAsJsonAsync($"v1/secret/data/{name}/app", new JsonObject { ["data"] = data.DeepClone() }, Token);
        written.EnsureSuccessStatusCode();
    }
}
