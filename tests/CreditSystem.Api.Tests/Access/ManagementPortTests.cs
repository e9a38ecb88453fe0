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

    [Fact]
    public async Task Tells_nobody_where_there_is_no_such_port()
    {
        await using var host = await IdentityHost.StartAsync(mongo, await redis.GetConnectionStringAsync(), new() { ["Management:Port"] = null });

        Assert.Equal(404, (await host.ManagementClient().ReadAsync("/vault/status")).Status);
        Assert.Equal(404, (await host.ClientOf(Role.Owner, "acme").ReadAsync("/config/sources")).Status);
        Assert.Equal(401, (await host.ManagementClient().ReadAsync("/modules/status")).Status);
    }
}
