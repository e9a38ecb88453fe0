using CreditSystem.Secrets.Database;
using CreditSystem.Secrets.Sources;
using CreditSystem.Testing.Vault;
using Microsoft.Extensions.Configuration;

namespace CreditSystem.Secrets.Tests;

/// <summary>Each secret is judged by itself: what breaks a rule is not used, and keeps back no other.</summary>
public sealed class SecretReviewTests
{
    [Fact]
    public async Task A_secret_that_breaks_a_rule_is_not_used_while_the_others_are_and_the_reason_names_the_key_alone()
    {
        await using var vault = await MinimalVault.StartAsync();
        SecretsSetup.WriteAll(vault);
        using var setup = new SecretsSetup(vault);
        await setup.RefreshAsync();

        vault.Write("credit-system/app", new { secret_key = "canary-short" });
        vault.Write("credit-system/redis", new { host = "other", port = "3", password = "new" });

        Assert.False(await setup.RefreshAsync());
        Assert.Equal(SecretsSetup.SigningKey, setup.Configuration["app:secret_key"]);
        Assert.Equal("other:3,password=new", setup.Configuration.GetConnectionString("redis"));
        Assert.Equal(1, setup.Store.SourceOf("app:secret_key")!.Version);
        Assert.Equal(2, setup.Store.SourceOf("redis:password")!.Version);
        Assert.Contains(setup.Logger.Lines, line => line.Contains("app:secret_key is shorter", StringComparison.Ordinal));
        Assert.DoesNotContain(setup.Logger.Lines, line => line.Contains("canary", StringComparison.Ordinal));
    }

    /// <summary>A port that is none threw before any rule was asked, and every replica stopped and could not start.</summary>
    [Theory]
    [InlineData("mongodb", "port", "abc", "mongodb:port is no port")]
    [InlineData("mongodb", "port", "70000", "mongodb:port is no port")]
    [InlineData("mongodb", "connection_string", "localhost:27017", "mongodb:connection_string is no MongoDB connection string")]
    [InlineData("redis", "port", "-1", "redis:port is no port")]
    [InlineData("redis", "password", "with,comma", "redis:password holds a comma, which a Redis connection string cannot carry")]
    [InlineData("monitoring", "log_level", "loud", "monitoring:log_level is no log level")]
    [InlineData("monitoring", "metrics_enabled", "perhaps", "monitoring:metrics_enabled is neither true nor false")]
    [InlineData("app", "secret_key", "short", "app:secret_key is shorter than 32 bytes")]
    [InlineData("app", "personal_data_key", "short", "app:personal_data_key is shorter than 32 bytes")]
    public async Task One_bad_value_holds_back_its_own_secret_only(string secret, string key, string value, string expected)
    {
        await using var vault = await MinimalVault.StartAsync();
        SecretsSetup.WriteAll(vault);
        using var setup = new SecretsSetup(vault, isDevelopment: false);
        Assert.True(await setup.RefreshAsync());
        var before = setup.Configuration[$"{secret}:{key}"];

        vault.Write($"credit-system/{secret}", new Dictionary<string, string> { [key] = value, ["host"] = "127.0.0.1", ["service_name"] = "mongo", ["user"] = "u", ["user_password"] = "p" });
        var other = secret == "redis" ? "app" : "redis";
        vault.Write($"credit-system/{other}", new { host = "rotated", password = "rotated", secret_key = "rotated-signing-key-0123456789abcdef0123" });

        Assert.False(await setup.RefreshAsync());
        Assert.Contains(expected, setup.Graph.Status.Violations);
        Assert.Equal(before, setup.Configuration[$"{secret}:{key}"]);
        Assert.Equal(2, setup.Store.SourceOf($"{other}:{(other == "app" ? "secret_key" : "password")}")!.Version);
        Assert.Null(setup.Graph.Status.UnreachableSince);
    }

    [Fact]
    public async Task A_start_with_one_bad_value_that_nothing_needs_succeeds_and_names_it()
    {
        await using var vault = await MinimalVault.StartAsync();
        SecretsSetup.WriteAll(vault);
        vault.Write("credit-system/mongodb", new { connection_string = "mongodb://app:canary@127.0.0.1:1/credit-system", port = "abc" });
        vault.Write("credit-system/monitoring", new { log_level = "loud" });
        using var setup = new SecretsSetup(vault, isDevelopment: false);

        Assert.False(await setup.RefreshAsync());

        Assert.Empty(setup.Store.FindSecurityViolations());
        Assert.Equal(["mongodb:port is no port", "monitoring:log_level is no log level"], setup.Graph.Status.Violations);
        Assert.Equal("mongodb://app:canary@127.0.0.1:1/credit-system", setup.Configuration.GetConnectionString("credit-system"));
        Assert.Equal("Information", setup.Configuration["monitoring:log_level"]);
    }

    /// <summary>Each poll of a rejected snapshot issued one more database user: every 15 seconds.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_bad_or_forbidden_secret_neither_freezes_the_others_nor_drops_the_dynamic_lease(bool isForbidden)
    {
        await using var vault = await MinimalVault.StartAsync();
        SecretsSetup.WriteAll(vault);
        using var setup = new SecretsSetup(vault, isDevelopment: false, configure: options => options.MongoDB.Mode = DatabaseMode.Dynamic);
        Assert.True(await setup.RefreshAsync());

        if (isForbidden)
            vault.Script = request => request.Path.Value!.EndsWith("/monitoring", StringComparison.Ordinal) ? (403, ["1 error occurred:\n\t* permission denied\n\n"]) : null;
        else
            vault.Write("credit-system/monitoring", new { log_level = "loud" });
        vault.Write("credit-system/redis", new { host = "rotated", password = "rotated" });
        for (var poll = 0; poll < 5; poll++)
            Assert.False(await setup.RefreshAsync());

        Assert.Equal("rotated:6379,password=rotated", setup.Configuration.GetConnectionString("redis"));
        Assert.Equal("INFO", setup.Configuration["monitoring:log_level"]);
        Assert.Equal(1, vault.Count("GET /v1/database/creds/"));
        Assert.Equal([isForbidden ? "secret/credit-system/monitoring cannot be read" : "monitoring:log_level is no log level"], setup.Graph.Status.Violations);
        Assert.Single(setup.Logger.Lines, line => line.StartsWith(isForbidden ? "Error 2019 " : "Error 2011 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_secret_file_that_changes_while_vault_is_away_is_held_to_the_same_rules()
    {
        await using var vault = await MinimalVault.StartAsync();
        SecretsSetup.WriteAll(vault);
        vault.Purge("credit-system/monitoring");
        vault.Purge("credit-system/redis");
        var files = Directory.CreateTempSubdirectory().FullName;
        await File.WriteAllTextAsync(Path.Combine(files, "log_level"), "Warning", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(files, "redis_password"), "canary-of-a-file", TestContext.Current.CancellationToken);
        using var setup = new SecretsSetup(vault, isDevelopment: false, configure: options => options.SecretDirectories.Add(files), environment: new() { ["REDIS_HOST"] = "redis" });
        Assert.True(await setup.RefreshAsync());

        vault.Fault = _ => 503;
        await File.WriteAllTextAsync(Path.Combine(files, "log_level"), "loud", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(files, "redis_password"), "with,comma", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(files, "mongodb_port"), "27018", TestContext.Current.CancellationToken);
        await setup.RefreshAsync();

        Assert.Equal("Warning", setup.Configuration["monitoring:log_level"]);
        Assert.Equal("redis:6379,password=canary-of-a-file", setup.Configuration.GetConnectionString("redis"));
        Assert.Equal(["redis:password holds a comma, which a Redis connection string cannot carry", "monitoring:log_level is no log level"], setup.Graph.Status.Violations);
    }

    [Fact]
    public async Task A_key_that_the_stored_data_was_not_written_under_breaks_a_rule_and_the_one_before_stays()
    {
        await using var vault = await MinimalVault.StartAsync();
        SecretsSetup.WriteAll(vault);
        const string Key = "canary-personal-0123456789abcdef0123456789";
        vault.Write("credit-system/app", new { secret_key = SecretsSetup.SigningKey, personal_data_key = Key });
        using var setup = new SecretsSetup(vault);
        Assert.True(await setup.RefreshAsync());
        setup.Graph.KeyChecks.Expect(KeyCheckValues.Of(Key));

        // kv put where kv patch was meant.
        vault.Write("credit-system/app", new { secret_key = SecretsSetup.SigningKey });
        Assert.False(await setup.RefreshAsync());
        Assert.Equal(Key, setup.Configuration["app:personal_data_key"]);
        Assert.Equal(["app:personal_data_key is missing, and the stored personal data was not written under app:secret_key"], setup.Graph.Status.Violations);

        vault.Write("credit-system/app", new { secret_key = SecretsSetup.SigningKey, personal_data_key = "another-personal-0123456789abcdef01234567" });
        Assert.False(await setup.RefreshAsync());
        Assert.Equal(Key, setup.Configuration["app:personal_data_key"]);
        Assert.Equal(["app:personal_data_key is not the key that the stored personal data was written under"], setup.Graph.Status.Violations);

        vault.Write("credit-system/app", new { secret_key = SecretsSetup.SigningKey, personal_data_key = Key });
        Assert.True(await setup.RefreshAsync());
    }

    [Fact]
    public async Task Outside_development_missing_and_well_known_secrets_are_named()
    {
        using var setup = new SecretsSetup(vault: null, isDevelopment: false, environment: new() { ["MONGODB_URI"] = "mongodb://localhost/x", ["REDIS_HOST"] = "redis", ["JWT_SECRET_KEY"] = "your-secret-key-your-secret-key-your-secret-key" });

        await setup.RefreshAsync();

        Assert.Equal(["mongodb:connection_string has no credentials", "redis:password is not set", "app:secret_key is a well-known example"], setup.Store.FindSecurityViolations());
    }
}
