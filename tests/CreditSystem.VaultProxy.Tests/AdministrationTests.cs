using System.Net;
using CreditSystem.Testing;
using CreditSystem.Testing.Vault;
using CreditSystem.VaultProxy.Tests.Fixtures;
using CreditSystem.VaultProxy.Upstreams;

namespace CreditSystem.VaultProxy.Tests;

/// <summary>A Vault that is new or sealed is not healthy, and has to be reached to become it.</summary>
public sealed class AdministrationTests
{
    [Theory]
    [InlineData(501, "PUT", "sys/init")]
    [InlineData(501, "POST", "sys/init")]
    [InlineData(503, "PUT", "sys/unseal")]
    [InlineData(503, "POST", "sys/unseal")]
    public async Task Initialising_and_unsealing_reach_a_node_that_is_not_healthy(int health, string method, string path)
    {
        await using var vault = RecordingUpstream.Start();
        vault.Health = health;
        await using var proxy = await StartAsync([vault], ("AllowAdministration", "true"));

        using var answer = await proxy.SendAsync(new HttpMethod(method), $"/v1/{path}", body: """{"key":"k"}""");
        using var secret = await proxy.ReadAsync("app");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable), (answer.StatusCode, secret.StatusCode));
        Assert.Equal("""{"key":"k"}""", Assert.Single(vault.Requests).Text);
    }

    [Fact]
    public async Task All_shares_of_the_key_reach_the_same_sealed_node_and_not_the_one_that_works()
    {
        await using var active = RecordingUpstream.Start();
        await using var first = RecordingUpstream.Start();
        await using var second = RecordingUpstream.Start();
        (first.Health, second.Health) = (503, 503);
        await using var proxy = await StartAsync([active, first, second], ("AllowAdministration", "true"));

        for (var i = 0; i < 3; i++)
            (await proxy.SendAsync(HttpMethod.Put, "/v1/sys/unseal", body: """{"key":"k"}""")).Dispose();

        Assert.Equal((0, 3, 0), (active.Requests.Count, first.Requests.Count, second.Requests.Count));
    }

    [Fact]
    public async Task A_node_that_has_been_unsealed_is_used_without_waiting_for_the_next_probe()
    {
        await using var vault = RecordingUpstream.Start();
        vault.Health = 503;
        vault.Before = request =>
        {
            if (request.Target == "/v1/sys/unseal")
                vault.Health = 200;
            return Task.CompletedTask;
        };
        await using var proxy = await StartAsync([vault], ("AllowAdministration", "true"));

        (await proxy.SendAsync(HttpMethod.Put, "/v1/sys/unseal", body: "{}")).Dispose();

        await Answers.EventuallyAsync(() => proxy.Get<UpstreamPool>().HasUsableNode, "the node is probed");
    }

    [Theory]
    [InlineData(501)]
    [InlineData(503)]
    [InlineData(200)]
    public async Task Whether_vault_is_initialised_and_who_leads_can_be_asked_always_and_by_anybody(int health)
    {
        await using var vault = RecordingUpstream.Start();
        vault.Health = health;
        vault.Answer = _ => new Reply(200, """{"initialized":true}""");
        await using var proxy = await StartAsync([vault], ("RequireVaultRequestHeader", "true"));

        foreach (var path in new[] { "/v1/sys/init", "/v1/sys/leader", "/v1/sys/seal-status" })
            Assert.Equal(HttpStatusCode.OK, (await proxy.SendAsync(HttpMethod.Get, path)).StatusCode);
        foreach (var method in new[] { "PUT", "POST", "DELETE", "LIST", "HEAD" })
            Assert.Equal(HttpStatusCode.Forbidden, (await proxy.SendAsync(new HttpMethod(method), "/v1/sys/init")).StatusCode);

        Assert.Equal(3, vault.Requests.Count);
    }

    private static async Task<ProxyHost> StartAsync(RecordingUpstream[] vaults, params (string, string)[] settings)
    {
        var proxy = await ProxyHost.StartAsync([.. vaults.Select(vault => vault.Address)], settings);
        await Answers.EventuallyAsync(() => proxy.Get<UpstreamPool>().Nodes.All(node => node.State != NodeState.Unknown), "all nodes are probed");
        return proxy;
    }
}
