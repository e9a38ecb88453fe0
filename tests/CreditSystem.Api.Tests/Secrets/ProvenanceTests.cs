using System.Text.Json;
using CreditSystem.Api.Features.Operations;
using CreditSystem.Secrets;
using CreditSystem.Secrets.Sources;
using CreditSystem.Secrets.Tests;
using CreditSystem.Testing.Vault;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Api.Tests.Secrets;

public sealed class ProvenanceTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_key_tells_its_source_version_age_and_next_refresh_and_never_its_value()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        SecretsSetup.WriteAll(vault);
        using var setup = new SecretsSetup(vault, _time, environment: new() { ["REDIS_SERVICE_NAME"] = "canary-environment" });
        await setup.RefreshAsync();
        _time.Advance(TimeSpan.FromMinutes(3));
        setup.Graph.Status.NextRefreshAt = _time.GetUtcNow().AddSeconds(15);

        var sources = ConfigSources.List(setup.Store, setup.Graph.Status, _time);

        Assert.Contains(new ConfigSource("app:secret_key", "vault", "secret/credit-system/app", 1, 180, _time.GetUtcNow().AddSeconds(15)), sources);
        Assert.Contains(new ConfigSource("redis:service_name", "environment", "REDIS_SERVICE_NAME", null, null, null), sources);
        Assert.Contains(sources, source => source is { Key: "mongodb:database_name", Source: "vault" });
        var text = JsonSerializer.Serialize(sources);
        Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
        Assert.DoesNotContain(SecretsSetup.SigningKey, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_status_of_vault_tells_everything_but_secrets()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        SecretsSetup.WriteAll(vault);
        using var setup = new SecretsSetup(vault, _time, configure: options => options.Namespace = "ns1/");
        await setup.RefreshAsync();

        var healthy = Describe(setup);
        vault.Fault = _ => 503;
        _time.Advance(TimeSpan.FromMinutes(1));
        await setup.RefreshAsync();
        var degraded = Describe(setup);

        Assert.Equal("healthy", healthy.Status);
        Assert.True(healthy.Authenticated);
        Assert.Equal(4, healthy.Secrets.Count);
        Assert.Equal("ns1/", healthy.Namespace);
        Assert.Equal("degraded", degraded.Status);
        Assert.Equal(_time.GetUtcNow(), degraded.DegradedSince);
        Assert.Equal("LIST secret/metadata/credit-system: Vault answered 503, injected.", degraded.Reason);
        Assert.DoesNotContain("canary", JsonSerializer.Serialize(healthy) + JsonSerializer.Serialize(degraded), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_debug_view_of_the_configuration_names_the_keys_and_shows_no_secret()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        SecretsSetup.WriteAll(vault);
        using var setup = new SecretsSetup(vault, _time, environment: new() { ["MONGODB_PASSWORD"] = "canary-environment", ["SOME_API_KEY"] = "canary-key", ["Urls"] = "http://canary:canary@host", ["Ledger:Partitions"] = "4" });
        await setup.RefreshAsync();

        var view = setup.Configuration.GetRedactedDebugView();

        Assert.DoesNotContain("canary", view, StringComparison.Ordinal);
        Assert.Contains("secret_key=***", view, StringComparison.Ordinal);
        Assert.Contains("Partitions=4", view, StringComparison.Ordinal);
    }

    private VaultStatusResponse Describe(SecretsSetup setup) =>
        GetVaultStatus.Describe(setup.Options, setup.Store, setup.Graph.Session, setup.Graph.Login, setup.Graph.Status, 200, _time);
}
