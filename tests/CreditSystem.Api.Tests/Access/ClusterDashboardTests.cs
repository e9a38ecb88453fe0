using CreditSystem.Api.Features.Operations;
using CreditSystem.Identity;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using Microsoft.AspNetCore.Routing;

namespace CreditSystem.Api.Tests.Access;

/// <summary>Orleans' dashboard knows no credential: everybody who reaches it sees the cluster.</summary>
public sealed class ClusterDashboardTests(MongoServer mongo, RedisServer redis)
{
    [Fact]
    public async Task Is_served_on_the_management_port_and_to_no_client_whatever_it_asks_for()
    {
        await using var host = await StartAsync(("Cluster:Mode", "Orleans"), ("Cluster:Dashboard", "true"));
        var paths = PathsOf(host);

        Assert.Contains($"{ClusterDashboard.Path}/ClusterStats", paths);
        foreach (var path in paths.Select(AnyOf))
            foreach (var client in (HttpClient[])[host.Client(), host.ClientOf(Role.Owner, "acme")])
                Assert.Equal((path, 404), (path, (await client.ReadAsync(path)).Status));
        using var page = await host.ManagementClient().GetAsync($"{ClusterDashboard.Path}/", TestContext.Current.CancellationToken);
        Assert.Equal((200, "text/html"), ((int)page.StatusCode, page.Content.Headers.ContentType!.MediaType));
        Assert.Equal(200, (await host.ManagementClient().ReadAsync($"{ClusterDashboard.Path}/DashboardCounters")).Status);
        // Not even there: logs have their own place.
        Assert.Equal(403, (await host.ManagementClient().ReadAsync($"{ClusterDashboard.Path}/Trace")).Status);
    }

    [Theory]
    [InlineData("Orleans", "false")]
    [InlineData("Single", "true")]
    public async Task Is_not_there_unless_a_cluster_asks_for_it(string mode, string dashboard)
    {
        await using var host = await StartAsync(("Cluster:Mode", mode), ("Cluster:Dashboard", dashboard));

        Assert.Empty(PathsOf(host));
        Assert.NotEqual(200, (await host.ManagementClient().ReadAsync($"{ClusterDashboard.Path}/")).Status);
    }

    private static List<string> PathsOf(IdentityHost host) =>
    [
        .. host.Endpoints.OfType<RouteEndpoint>().Select(endpoint => $"/{endpoint.RoutePattern.RawText!.TrimStart('/')}")
            .Where(path => path.StartsWith(ClusterDashboard.Path, StringComparison.Ordinal)),
    ];

    private static string AnyOf(string pattern) => string.Join('/', pattern.Split('/').Select(part => part switch
    {
        ['{', ..] when part.Contains(":int", StringComparison.Ordinal) => "1",
        ['{', ..] => "x",
        _ => part,
    }));

    private async Task<IdentityHost> StartAsync(params (string Key, string Value)[] settings)
    {
        var configuration = settings.ToDictionary(setting => setting.Key, string? (setting) => setting.Value);
        configuration["Cluster:Port"] = $"{FreePort.Take()}";
        return await IdentityHost.StartAsync(mongo, await redis.GetConnectionStringAsync(), configuration);
    }
}
