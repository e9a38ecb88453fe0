using CreditSystem.Identity.PersonalData;
using CreditSystem.ServiceDefaults;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using CreditSystem.Testing.Vault;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Api.Tests.Access;

/// <summary>What becomes of users when Vault moves, and when the key of their data is not the one it was.</summary>
public sealed class PersonalDataTests(MongoServer mongo, RedisServer redis)
{
    private const string AnotherKey = "another-personal-data-key-0123456789abcdef";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Registered: 503, again: 409, login: 200.</summary>
    [Fact]
    public async Task What_is_created_while_vault_stops_decrypting_is_answered_from_what_was_just_encrypted()
    {
        await using var vault = await MinimalVault.StartAsync();
        await using var host = await StartAsync(vault);
        vault.Script = request => request.Path.StartsWithSegments("/v1/transit/decrypt") ? (503, ["Vault is sealed"]) : null;

        var owner = await host.OpenTenantAsync("acme");
        var created = await owner.Client.PostAsync("/v1/users", new { email = "bob@example.org", username = "bob", password = IdentityHost.Password, role = "user", name = "Bob", phone = "+4930123456" });

        Assert.Equal((201, "bob@example.org", "Bob"), (created.Status, (string?)created.Body["email"], (string?)created.Body["name"]));
        Assert.Equal(200, (await owner.Client.ReadAsync("/v1/auth/me")).Status);
        Assert.All(await UsersAsync(host), user => Assert.StartsWith("vault:v1:", user["email"].AsString, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_change_that_could_not_be_answered_is_not_made()
    {
        await using var vault = await MinimalVault.StartAsync();
        await using var host = await StartAsync(vault);
        var owner = await host.OpenTenantAsync("acme");
        var user = await host.RegisterAsync("acme", "alice");
        // Another replica has read nobody yet.
        await using var replica = await IdentityHost.StartReplicaAsync(host, configuration: Settings(vault));
        vault.Script = request => request.Path.StartsWithSegments("/v1/transit/decrypt") ? (503, ["Vault is sealed"]) : null;
        var admin = replica.ClientOf("owner", "acme", owner.Id);

        var disabled = await admin.PostAsync($"/v1/users/{user.Id}/disable", new { });
        var promoted = await admin.PostAsync($"/v1/users/{user.Id}/role", new { role = "operator" });

        Assert.Equal((503, "secret_unavailable"), (disabled.Status, disabled.Code));
        Assert.Equal((503, "secret_unavailable"), (promoted.Status, promoted.Code));
        Assert.Equal("Vault, which decrypts personal data, does not answer. Nothing was changed; try again later.", (string?)promoted.Body["detail"]);
        var stored = Assert.Single(await UsersAsync(host), stored => stored["_id"] == user.Id);
        Assert.Equal((false, "user"), (stored["disabled"].AsBoolean, stored["role"].AsString));
    }

    /// <summary>Every login was 401, and new users were indexed under the other key, while the health said healthy.</summary>
    [Fact]
    public async Task A_key_that_is_not_the_datas_serves_no_login_and_indexes_nobody()
    {
        await using var host = await IdentityHost.StartAsync(mongo, await redis.GetConnectionStringAsync());
        await host.OpenTenantAsync("acme");
        await using var replica = await IdentityHost.StartReplicaAsync(host, configuration: new() { [PersonalDataKeys.ConfigurationKey] = AnotherKey });

        var login = await replica.Client().PostAsync("/v1/auth/login", new { tenant = "acme", login = "olivia", password = IdentityHost.Password });
        var registered = await replica.Client().PostAsync("/v1/auth/register", new { tenant = "acme", email = "new@example.org", username = "new", password = IdentityHost.Password });

        Assert.Equal((503, "secret_unavailable"), (login.Status, login.Code));
        Assert.Equal((503, "secret_unavailable"), (registered.Status, registered.Code));
        Assert.Single(await UsersAsync(host));
        Assert.Contains("app:personal_data_key is not the key that the stored personal data was written under", Assert.Single(replica.Services.GetRequiredService<HealthReasons>().Current), StringComparison.Ordinal);
        Assert.Empty(host.Services.GetRequiredService<HealthReasons>().Current);
    }

    /// <summary>As the version before this one has left it.</summary>
    [Fact]
    public async Task Data_without_a_check_value_is_asked_itself_which_key_it_is_under()
    {
        await using var host = await IdentityHost.StartAsync(mongo, await redis.GetConnectionStringAsync());
        await host.OpenTenantAsync("acme");
        var checks = host.Database.GetCollection<BsonDocument>(PersonalDataKeyCheck.Collection);
        await checks.DeleteManyAsync(FilterDefinition<BsonDocument>.Empty, Token);

        await using (var wrong = await IdentityHost.StartReplicaAsync(host, configuration: new() { [PersonalDataKeys.ConfigurationKey] = AnotherKey }))
        {
            Assert.Single(wrong.Services.GetRequiredService<HealthReasons>().Current);
            Assert.Equal(0, await checks.CountDocumentsAsync(FilterDefinition<BsonDocument>.Empty, cancellationToken: Token));
        }

        await using var right = await IdentityHost.StartReplicaAsync(host);
        Assert.Empty(right.Services.GetRequiredService<HealthReasons>().Current);
        Assert.Equal(1, await checks.CountDocumentsAsync(FilterDefinition<BsonDocument>.Empty, cancellationToken: Token));
    }

    private async Task<IdentityHost> StartAsync(MinimalVault vault) => await IdentityHost.StartAsync(mongo, await redis.GetConnectionStringAsync(), Settings(vault));

    private static Dictionary<string, string?> Settings(MinimalVault vault) => new()
    {
        ["VAULT_ADDR"] = vault.Address.ToString(),
        ["VAULT_ROLE_ID"] = MinimalVault.RoleId,
        ["VAULT_SECRET_ID"] = "secret-canary-91c2",
    };

    private static Task<List<BsonDocument>> UsersAsync(IdentityHost host) => host.Database.GetCollection<BsonDocument>("users").Find(FilterDefinition<BsonDocument>.Empty).ToListAsync(Token);
}
