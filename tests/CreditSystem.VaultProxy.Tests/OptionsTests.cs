using CreditSystem.Testing.Vault;
using CreditSystem.VaultProxy.Tests.Fixtures;
using Microsoft.Extensions.Options;

namespace CreditSystem.VaultProxy.Tests;

public sealed class OptionsTests
{
    [Theory]
    [InlineData("Upstreams:0", "vault:8200", "Upstreams")]
    [InlineData("Upstreams:0", "https://vault:8200/v1", "Upstreams")]
    [InlineData("Upstreams:0", "https://user:password@vault:8200", "Upstreams")]
    [InlineData("Upstreams:0", "ftp://vault", "Upstreams")]
    [InlineData("KvPrefixes:0", "secret", "KvPrefixes")]
    [InlineData("KvPrefixes:0", "sys/credit-system", "KvPrefixes")]
    [InlineData("KvPrefixes:0", "secret/../sys", "KvPrefixes")]
    [InlineData("TransitKeys:0", "transit", "TransitKeys")]
    [InlineData("DatabaseMounts:0", "a/b", "DatabaseMounts")]
    [InlineData("AppRoleMount", "..", "AppRoleMount")]
    [InlineData("Namespaces:0", "a//b", "Namespaces")]
    [InlineData("Routes:0:Path", "sys/raw/{tail}", "Routes")]
    [InlineData("Routes:0:Path", "sys/generate-root-token/{tail}", "Routes")]
    [InlineData("Routes:0:Path", "sys/workflows/{tail}", "Routes")]
    [InlineData("Routes:0:Path", "sys/namespaces/team/unseal", "Routes")]
    [InlineData("Routes:0:Path", "team/sys/raw/{tail}", "Routes")]
    [InlineData("Routes:0:Path", "a b", "Routes")]
    [InlineData("Upstream:ElectionSeconds", "31", "Upstream:ElectionSeconds")]
    [InlineData("Peers:Addresses:0", "vault-proxy-peers:8201", "Peers:Addresses")]
    [InlineData("Peers:Addresses:0", "http://127.0.0.1:8201", "Peers:Addresses needs Management:Port")]
    [InlineData("Upstream:CaCertificatePath", "/nowhere/ca.pem", "Upstream:CaCertificatePath")]
    [InlineData("Upstream:ConnectTimeoutSeconds", "0", "Upstream:ConnectTimeoutSeconds")]
    [InlineData("Upstream:PooledConnectionLifetimeSeconds", "5", "Upstream:PooledConnectionLifetimeSeconds")]
    [InlineData("Upstream:MaxRetries", "6", "Upstream:MaxRetries")]
    [InlineData("Upstream:RetryBudget", "1.5", "Upstream:RetryBudget")]
    [InlineData("Cache:TtlSeconds", "0", "Cache:TtlSeconds")]
    [InlineData("Cache:Prefixes:0", "auth/approle", "Cache:Prefixes")]
    [InlineData("RateLimits:LoginFailures", "5", "RateLimits:LoginFailures")]
    [InlineData("Drain:TimeoutSeconds", "0", "Drain:TimeoutSeconds")]
    public async Task It_does_not_start_with_a_setting_that_cannot_be_right_and_names_it(string key, string value, string named)
    {
        await using var vault = RecordingUpstream.Start();

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => ProxyHost.StartAsync(vault, (key, value)));

        Assert.Contains($"VaultProxy:{named}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_does_not_start_without_a_vault()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => ProxyHost.StartAsync([], []));

        Assert.Contains("VaultProxy:Upstreams must name 1 to 64 Vault nodes", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_mistakes_are_named_at_once()
    {
        var result = new VaultProxyOptionsValidator().Validate(null, new VaultProxyOptions { Upstreams = ["x"], AppRoleMount = "/", KvPrefixes = ["y"] });

        Assert.Equal(3, result.Failures!.Count());
    }

    [Fact]
    public void By_default_nothing_is_cached_no_namespace_passes_and_nothing_can_be_administered()
    {
        var options = new VaultProxyOptions();

        Assert.Empty(options.Cache.Prefixes);
        Assert.Empty(options.Namespaces);
        Assert.Empty(options.Routes);
        Assert.False(options.AllowAdministration);
        Assert.Equal(0, options.Cache.StaleIfErrorSeconds);
    }

    [Theory]
    [InlineData("GET", "sys/raw/core/keyring")]
    [InlineData("PUT", "sys/rekey/init")]
    [InlineData("PUT", "sys/generate-root/attempt")]
    [InlineData("PUT", "sys/step-down")]
    [InlineData("GET", "sys/pprof/heap")]
    [InlineData("GET", "sys/storage/raft/snapshot")]
    [InlineData("PUT", "sys/leases/revoke-force/x")]
    [InlineData("PUT", "sys/leases/revoke-prefix/x")]
    [InlineData("POST", "sys/generate-root-token/attempt")]
    [InlineData("POST", "sys/generate-recovery-token/attempt")]
    [InlineData("POST", "sys/rotate/root/init")]
    [InlineData("POST", "sys/namespaces/team/seal")]
    [InlineData("PUT", "sys/namespaces/team/sub/unseal")]
    [InlineData("POST", "sys/namespaces/team/rotate/root/init")]
    [InlineData("POST", "sys/namespaces/team/generate-root-token/attempt")]
    [InlineData("LIST", "sys/workflows/manage")]
    [InlineData("POST", "sys/workflows")]
    [InlineData("PUT", "sys%2Fraw/core/keyring")]
    [InlineData("PUT", "sys/r%61w/core/keyring")]
    [InlineData("PUT", "team/sys/leases/revoke-prefix/database")] // a namespace may stand before the path
    [InlineData("PUT", "team/sub/sys/generate-root-token/attempt")]
    [InlineData("POST", "team/sys/namespaces/sub/unseal")]
    public async Task Key_material_and_raw_storage_are_out_of_reach_even_where_administration_is_allowed(string method, string path)
    {
        await using var vault = RecordingUpstream.Start();
        await using var proxy = await ProxyHost.StartAsync(vault, ("AllowAdministration", "true"));

        using var answer = await proxy.SendAsync(new HttpMethod(method), $"/v1/{path}");
        using var administration = await proxy.SendAsync(HttpMethod.Get, "/v1/sys/mounts");

        Assert.Equal((403, 200), ((int)answer.StatusCode, (int)administration.StatusCode));
        Assert.Equal(["/v1/sys/mounts"], vault.Targets);
    }

    [Theory]
    [InlineData("sys/namespaces/seal")] // a name, and no operation
    [InlineData("sys/namespaces/rotate")]
    [InlineData("sys/seal")]
    public async Task What_only_looks_like_it_is_administration(string path)
    {
        await using var vault = RecordingUpstream.Start();
        await using var proxy = await ProxyHost.StartAsync(vault, ("AllowAdministration", "true"));

        using var answer = await proxy.SendAsync(HttpMethod.Put, $"/v1/{path}", body: "{}");

        Assert.Equal(200, (int)answer.StatusCode);
    }
}
