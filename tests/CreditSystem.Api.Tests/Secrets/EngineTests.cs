using System.Security.Cryptography;
using CreditSystem.Identity.PersonalData;
using CreditSystem.Secrets.Database;
using CreditSystem.Secrets.Sources;
using CreditSystem.Secrets.Tests;
using CreditSystem.Secrets.Transit;
using CreditSystem.Secrets.Vault;
using CreditSystem.Testing.Servers;
using CreditSystem.Testing.Vault;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MongoDB.Bson;

namespace CreditSystem.Api.Tests.Secrets;

/// <summary>Vault's database and transit engines.</summary>
public sealed class EngineTests(MongoServer mongo, RedisServer redis)
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_issued_user_is_in_the_connection_string_and_its_lease_is_renewed_until_its_max_ttl()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        SecretsSetup.WriteAll(vault);
        using var setup = new SecretsSetup(vault, _time, configure: options => options.MongoDB.Mode = DatabaseMode.Dynamic);
        await setup.RefreshAsync();
        Assert.Equal("mongodb://v-user-1:canary-issued-1@127.0.0.1:1/credit-system?authSource=admin", setup.Configuration.GetConnectionString("credit-system"));
        Assert.Equal("database/creds/credit-system", setup.Store.SourceOf("mongodb:user")!.Location);

        var end = _time.GetUtcNow().AddDays(3);
        while (_time.GetUtcNow() < end)
        {
            await setup.Renewal.StepAsync(Token);
            Assert.True(await setup.RefreshAsync());
            Assert.True(setup.Store.Snapshot!.Database!.ExpiresAt > _time.GetUtcNow());
            _time.Advance(TimeSpan.FromMinutes(10));
        }

        // Three days of leases of at most one day each, and one for each token that was replaced.
        Assert.InRange(vault.Count("GET /v1/database/creds/"), 3, 5);
        Assert.True(vault.Count("PUT /v1/sys/leases/renew") > 50);
    }

    [Fact]
    public async Task A_rotated_password_of_a_static_role_is_taken_up()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        SecretsSetup.WriteAll(vault);
        using var setup = new SecretsSetup(vault, _time, configure: options => options.MongoDB.Mode = DatabaseMode.Static);
        await setup.RefreshAsync();
        Assert.Contains("static:canary-static-first@", setup.Configuration.GetConnectionString("credit-system"), StringComparison.Ordinal);

        vault.StaticPassword = "canary-static-second";
        await setup.RefreshAsync();

        Assert.Contains("static:canary-static-second@", setup.Configuration.GetConnectionString("credit-system"), StringComparison.Ordinal);
    }

    /// <summary>spring-vault#815, #845, #867.</summary>
    [Fact]
    public async Task No_operation_fails_when_the_token_is_replaced_and_its_user_ends_with_it()
    {
        await using var host = await ConnectionsHost.StartAsync(mongo, redis, dynamicUsers: true);
        await InsertAsync(host);
        var before = host.Vault.DatabaseUsers.Single();
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, 8).Select(_ => Task.Run(() => InsertUntilAsync(host, stop.Token), Token)).ToArray();

        host.Renewal.UseNewCredentials();
        await host.Renewal.StepAsync(Token);
        await host.Renewal.Retirement;

        Assert.NotEqual(before, host.Vault.DatabaseUsers.Single());
        await Task.Delay(500, Token);
        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(load), inserted => Assert.True(inserted > 0));
    }

    [Fact]
    public async Task A_revoked_token_takes_its_user_along_and_no_operation_fails()
    {
        await using var host = await ConnectionsHost.StartAsync(mongo, redis, dynamicUsers: true);
        await InsertAsync(host);

        await host.Vault.RevokeAllWithLeasesAsync();

        await InsertAsync(host);
        Assert.Single(host.Vault.DatabaseUsers);
    }

    [Fact]
    public async Task Personal_data_is_encrypted_by_transit_and_bound_to_its_owner()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        using var setup = new SecretsSetup(vault, _time);
        using var protector = Protector(setup);

        var text = await protector.ProtectAsync("alice@example.org", "usr_1", Token);

        Assert.StartsWith("vault:v1:", text, StringComparison.Ordinal);
        Assert.Equal("alice@example.org", await protector.RevealAsync(text, "usr_1", Token));
        await Assert.ThrowsAnyAsync<Exception>(async () => await protector.RevealAsync(text, "usr_2", Token));
    }

    /// <summary>OpenBao refuses a body with more than 1,000 strings.</summary>
    [Fact]
    public async Task Batches_are_cut_by_the_number_of_strings_and_a_bad_text_spoils_no_other()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        using var setup = new SecretsSetup(vault, _time);
        using var writer = Protector(setup);
        var texts = new List<(string Text, string Owner)>();
        for (var i = 0; i < 450; i++)
            texts.Add((await writer.ProtectAsync($"{i}@example.org", $"usr_{i}", Token), $"usr_{i}"));
        texts[3] = (texts[3].Text, "usr_of_another");
        using var reader = Protector(setup);

        await reader.PreloadAsync(texts, Token);

        Assert.Equal(3, vault.Count("POST /v1/transit/decrypt/"));
        vault.Fault = _ => 503;
        Assert.Equal("449@example.org", await reader.RevealAsync(texts[449].Text, "usr_449", Token));
        await Assert.ThrowsAsync<VaultUnavailableException>(async () => await reader.RevealAsync(texts[3].Text, "usr_of_another", Token));

        vault.Fault = _ => null;
        var rewrapped = await new TransitService(setup.Options, setup.Graph.Session).RewrapManyAsync([.. texts.Where((_, i) => i != 3)], Token);
        Assert.Equal((449, 3), (rewrapped.Count, vault.Count("POST /v1/transit/rewrap/")));
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public async Task Users_of_the_engine_on_openbao_are_told_at_the_start_that_it_has_no_such_plugin(bool isOpenBao, int lines)
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        vault.IsOpenBao = isOpenBao;
        SecretsSetup.WriteAll(vault);
        using var setup = new SecretsSetup(vault, _time, configure: options => options.MongoDB.Mode = DatabaseMode.Dynamic);

        await setup.RefreshAsync();
        await setup.RefreshAsync();

        Assert.Equal(lines, setup.Logger.Lines.Count(line => line.StartsWith("Error 2022 ", StringComparison.Ordinal) && line.Contains("OpenBao, which has no MongoDB plugin", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_rotated_transit_key_still_reads_and_a_rewrap_brings_texts_under_the_newest()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        using var setup = new SecretsSetup(vault, _time);
        using var protector = Protector(setup);
        var text = await protector.ProtectAsync("alice@example.org", "usr_1", Token);

        vault.TransitVersion = 2;
        var rewrapped = (await protector.RewrapManyAsync([text], "usr_1", Token))[0]!;

        Assert.StartsWith("vault:v2:", rewrapped, StringComparison.Ordinal);
        Assert.Equal("alice@example.org", await protector.RevealAsync(text, "usr_1", Token));
        Assert.Equal("alice@example.org", await protector.RevealAsync(rewrapped, "usr_1", Token));
    }

    [Fact]
    public async Task Without_the_engine_the_configurations_key_encrypts_and_a_rewrap_moves_the_text_to_the_engine()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        vault.TransitVersion = null;
        using var setup = new SecretsSetup(vault, _time);
        using var protector = Protector(setup);

        var local = await protector.ProtectAsync("alice@example.org", "usr_1", Token);
        Assert.StartsWith("local:v1:", local, StringComparison.Ordinal);
        Assert.Equal("alice@example.org", await protector.RevealAsync(local, "usr_1", Token));
        await Assert.ThrowsAnyAsync<CryptographicException>(async () => await protector.RevealAsync(local, "usr_2", Token));

        vault.TransitVersion = 1;
        Assert.StartsWith("vault:v1:", (await protector.RewrapManyAsync([local], "usr_1", Token))[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_read_lately_is_readable_while_vault_is_sealed()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        using var setup = new SecretsSetup(vault, _time);
        using var protector = Protector(setup);
        var text = await protector.ProtectAsync("alice@example.org", "usr_1", Token);
        await protector.RevealAsync(text, "usr_1", Token);

        vault.Fault = _ => 503;

        Assert.Equal("alice@example.org", await protector.RevealAsync(text, "usr_1", Token));
        Assert.StartsWith("local:v1:", await protector.ProtectAsync("bob@example.org", "usr_2", Token), StringComparison.Ordinal);
    }

    private static PersonalDataProtector Protector(SecretsSetup setup)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new(PersonalDataKeys.ConfigurationKey, "0123456789abcdef0123456789abcdef-personal")]).Build();
        return new PersonalDataProtector(new PersonalDataKeys(configuration, new KeyCheckValues()), new TransitService(setup.Options, setup.Graph.Session), NullLogger<PersonalDataProtector>.Instance, setup.Time);
    }

    private static async Task<int> InsertUntilAsync(ConnectionsHost host, CancellationToken stop)
    {
        var inserted = 0;
        for (; !stop.IsCancellationRequested; inserted++)
            await InsertAsync(host);
        return inserted;
    }

    private static Task<bool> InsertAsync(ConnectionsHost host) => host.MongoConnection.ExecuteAsync(async (database, token) =>
    {
        await database.GetCollection<BsonDocument>("inserted").InsertOneAsync([], options: null, token);
        return true;
    }, Token);
}
