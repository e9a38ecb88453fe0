using CreditSystem.Identity;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;

namespace CreditSystem.Api.Tests.Access;

/// <summary>What is about the installation is shown to those who run it, and to no tenant however much it may do in its own.</summary>
public sealed class ManagementPortTests(MongoServer mongo, RedisServer redis)
{
    [Theory]
    [InlineData("/vault/status", "status")]
    [InlineData("/config/sources", "sources")]
    [InlineData("/ledger/partitions", "partitions")]
    public async Task Tells_of_the_installation_on_the_management_port_alone(string path, string member)
    {
        await using var host = await IdentityHost.StartAsync(mongo, await redis.GetConnectionStringAsync());

        foreach (var role in Role.All)
            Assert.Equal((404, "not_found"), await host.ClientOf(role, "acme").ReadAsync(path) is var refused ? (refused.Status, refused.Code) : default);
        Assert.Equal(404, (await host.Client().ReadAsync(path)).Status);
        var told = await host.ManagementClient().ReadAsync(path);

        Assert.Equal(200, told.Status);
        Assert.NotNull(told.Body[member]);
        Assert.DoesNotContain(AccessHost.Key, told.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/vault/status")]
    [InlineData("GET", "/config/sources")]
    [InlineData("GET", "/ledger/partitions")]
    [InlineData("GET", "/payments/reconciliation")]
    [InlineData("GET", "/payments/notices")]
    [InlineData("POST", "/ledger/check")]
    public async Task Reads_what_is_asked_there_as_strictly_as_everywhere(string method, string path)
    {
        await using var host = await IdentityHost.StartAsync(mongo, await redis.GetConnectionStringAsync());
        using var asked = new HttpRequestMessage(new HttpMethod(method), $"{path}?dryRun=true");

        var refused = await Answer.OfAsync(await host.ManagementClient().SendAsync(asked, TestContext.Current.CancellationToken));

        Assert.Equal((400, "unknown_parameter"), (refused.Status, refused.Code));
        // A probe that adds something to its address learns what it asked for.
        Assert.Equal(200, (await host.ManagementClient().ReadAsync("/health?probe=1")).Status);
    }

    [Fact]
    public async Task Tells_nobody_where_there_is_no_such_port()
    {
        await using var host = await IdentityHost.StartAsync(mongo, await redis.GetConnectionStringAsync(), new() { ["Management:Port"] = null });

        Assert.Equal(404, (await host.ManagementClient().ReadAsync("/vault/status")).Status);
        Assert.Equal(404, (await host.ClientOf(Role.Owner, "acme").ReadAsync("/config/sources")).Status);
        Assert.Equal(401, (await host.ManagementClient().ReadAsync("/modules/status")).Status);
    }
}
