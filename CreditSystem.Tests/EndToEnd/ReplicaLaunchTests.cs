using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using CreditSystem.Tests.Fixtures;

namespace CreditSystem.Tests.EndToEnd;

/// <summary><c>--replicas N</c> of the AppHost: processes of the API that share the ledger out.</summary>
[Collection(AppHostFixture.Collection)]
public sealed class ReplicaLaunchTests : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(6);
    private static readonly string[] Replicas = ["api", "api-2"];

    private readonly string _directory = Directory.CreateTempSubdirectory("credit-system-replicas-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => AppHostData.DeleteAsync(_directory);

    [Fact]
    public async Task Each_has_ports_of_its_own_and_the_one_that_is_left_of_two_owns_all()
    {
        await using var application = await StartAsync();

        Assert.Equal(Replicas.Length, Replicas.Select(replica => application.GetEndpoint(replica, "http").Port).Distinct().Count());
        foreach (var replica in Replicas)
        {
            Assert.True(application.ResourceNotifications.TryGetCurrentState(replica, out var row));
            Assert.False(row.Snapshot.IsHidden);
            var dashboard = row.Snapshot.Urls.Single(url => url.DisplayProperties.DisplayName == "Orleans").Url;
            using var management = application.CreateHttpClient(replica, "management");
            Assert.StartsWith($"{management.BaseAddress}orleans/", dashboard, StringComparison.Ordinal);
            Assert.Contains("<html", await management.GetStringAsync(new Uri("orleans/", UriKind.Relative), Cancellation), StringComparison.OrdinalIgnoreCase);
        }
        var shared = await UntilSettledAsync(application, Replicas);
        Assert.All(shared["replicas"]!.AsArray(), replica => Assert.Equal(8, (int)replica!["owned"]!));

        Kill(application, "api-2");

        var left = await UntilSettledAsync(application, "api");
        Assert.Equal(16, (int)Assert.Single(left["replicas"]!.AsArray())!["owned"]!);
    }

    private static async Task<JsonNode> UntilSettledAsync(DistributedApplication application, params string[] replicas)
    {
        using var management = application.CreateHttpClient("api", "management");
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        timeout.CancelAfter(TimeSpan.FromMinutes(1));
        while (true)
        {
            var report = JsonNode.Parse(await management.GetStringAsync(new Uri("ledger/partitions", UriKind.Relative), timeout.Token))!;
            var active = report["replicas"]!.AsArray().Where(replica => (string?)replica!["state"] == "active");
            if ((bool)report["settled"]! && active.Select(replica => (string?)replica!["name"]).SequenceEqual(replicas)
                && active.Select(replica => (int)replica!["owned"]!).Distinct().Count() == 1)
                return report;
            await Task.Delay(TimeSpan.FromMilliseconds(200), timeout.Token);
        }
    }

    private static void Kill(DistributedApplication application, string resource)
    {
        Assert.True(application.ResourceNotifications.TryGetCurrentState(resource, out var running));
        var id = running.Snapshot.Properties.Single(property => property.Name == "executable.pid").Value;
        using var process = Process.GetProcessById(Convert.ToInt32(id, CultureInfo.InvariantCulture));
        process.Kill(entireProcessTree: true);
    }

    private async Task<DistributedApplication> StartAsync()
    {
        using var timeout = new CancellationTokenSource(Timeout);
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.CreditSystem_AppHost>(
            ["--data-directory", _directory, "--replicas", "2"], timeout.Token);
        var application = await builder.BuildAsync(timeout.Token);
        await application.StartAsync(timeout.Token);
        foreach (var replica in Replicas)
            await application.ResourceNotifications.WaitForResourceHealthyAsync(replica, timeout.Token);
        return application;
    }
}
