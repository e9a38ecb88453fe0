using CreditSystem.Secrets.Sources;
using CreditSystem.Testing.Vault;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace CreditSystem.Secrets.Tests;

public sealed class SecretConfigurationTests
{
    [Fact]
    public async Task Every_key_of_every_secret_is_configuration_with_its_connection_strings()
    {
        await using var vault = await MinimalVault.StartAsync();
        SecretsSetup.WriteAll(vault);
        using var setup = new SecretsSetup(vault);

        Assert.True(await setup.RefreshAsync());

        Assert.Equal("canary-mongo-password", setup.Configuration["mongodb:user_password"]);
        Assert.Equal("mongodb://app:canary-mongo-password@127.0.0.1:1/credit-system", setup.Configuration.GetConnectionString("credit-system"));
        Assert.Equal("127.0.0.1:2,password=canary-redis-password", setup.Configuration.GetConnectionString("redis"));
        Assert.Equal("27017", setup.Configuration["mongodb:port"]);
        Assert.Equal(new SecretSource(SecretOrigin.Vault, "secret/credit-system/app", 1, setup.Store.SourceOf(SecretKeys.SigningKey)!.CreatedAt), setup.Store.SourceOf(SecretKeys.SigningKey));
    }

    [Fact]
    public async Task Vault_wins_over_secret_files_over_environment_over_defaults()
    {
        await using var vault = await MinimalVault.StartAsync();
        var files = Directory.CreateTempSubdirectory().FullName;
        await File.WriteAllTextAsync(Path.Combine(files, "redis_password"), "of-a-file\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(files, "mongodb__user"), "of-a-file", TestContext.Current.CancellationToken);
        vault.Write("credit-system/mongodb", new { user = "of-vault" });
        using var setup = new SecretsSetup(vault, configure: options => options.SecretDirectories.Add(files), environment: new()
        {
            ["REDIS_PASSWORD"] = "of-the-environment",
            ["REDIS_HOST"] = "of-the-environment",
            ["JWT_SECRET_KEY"] = "of-the-environment-and-at-least-32-bytes",
            ["mongodb:port"] = "27018",
        });

        await setup.RefreshAsync();

        Assert.Equal("of-vault", setup.Configuration["mongodb:user"]);
        Assert.Equal("of-a-file", setup.Configuration["redis:password"]);
        Assert.Equal("of-the-environment", setup.Configuration["redis:host"]);
        Assert.Equal("of-the-environment-and-at-least-32-bytes", setup.Configuration["app:secret_key"]);
        Assert.Equal("27018", setup.Configuration["mongodb:port"]);
        Assert.Equal("6379", setup.Configuration["redis:port"]);
        Assert.Equal(SecretOrigin.File, setup.Store.SourceOf("redis:password")!.Origin);
        Assert.Equal(SecretOrigin.Default, setup.Store.SourceOf("redis:port")!.Origin);
    }

    [Fact]
    public async Task A_file_of_the_original_composes_the_connection_string_when_there_is_no_vault()
    {
        var files = Directory.CreateTempSubdirectory().FullName;
        await File.WriteAllTextAsync(Path.Combine(files, "mongodb_user_password"), "p@ss/word", TestContext.Current.CancellationToken);
        using var setup = new SecretsSetup(vault: null, configure: options => options.SecretDirectories.Add(files), environment: new() { ["MONGODB_HOST"] = "mongo", ["MONGODB_USERNAME"] = "app" });

        Assert.True(await setup.RefreshAsync());

        Assert.Equal("mongodb://app:p%40ss%2Fword@mongo/credit-system", setup.Configuration.GetConnectionString("credit-system")!.Replace(":27017", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_change_of_several_secrets_is_one_reload_with_all_of_them()
    {
        await using var vault = await MinimalVault.StartAsync();
        SecretsSetup.WriteAll(vault);
        using var setup = new SecretsSetup(vault);
        await setup.RefreshAsync();
        var reloads = 0;
        using var watch = ChangeToken.OnChange(setup.Configuration.GetReloadToken, () => reloads++);

        vault.Write("credit-system/redis", new { host = "other", port = "3", password = "new" });
        vault.Write("credit-system/app", new { secret_key = "another-signing-key-0123456789abcdef0123" });
        await setup.RefreshAsync();

        Assert.Equal(1, reloads);
        Assert.Equal("other:3,password=new", setup.Configuration.GetConnectionString("redis"));
        Assert.Equal("another-signing-key-0123456789abcdef0123", setup.Configuration["app:secret_key"]);
    }

    [Fact]
    public async Task Nothing_is_announced_when_nothing_has_changed()
    {
        await using var vault = await MinimalVault.StartAsync();
        SecretsSetup.WriteAll(vault);
        using var setup = new SecretsSetup(vault);
        await setup.RefreshAsync();
        var reloads = 0;
        using var watch = ChangeToken.OnChange(setup.Configuration.GetReloadToken, () => reloads++);

        await setup.RefreshAsync();

        Assert.Equal(0, reloads);
        Assert.Equal(4, vault.Count("GET /v1/secret/data/"));
    }

    [Fact]
    public async Task Without_an_answer_from_vault_the_last_good_values_stay()
    {
        await using var vault = await MinimalVault.StartAsync();
        SecretsSetup.WriteAll(vault);
        using var setup = new SecretsSetup(vault);
        await setup.RefreshAsync();

        vault.Fault = _ => 503;

        Assert.False(await setup.RefreshAsync());
        Assert.Equal(SecretsSetup.SigningKey, setup.Configuration["app:secret_key"]);
        Assert.Equal("LIST secret/metadata/credit-system: Vault answered 503, injected.", setup.Graph.Status.Reason);
        Assert.NotNull(setup.Graph.Status.UnreachableSince);
    }
}
