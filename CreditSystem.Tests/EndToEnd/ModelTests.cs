using Aspire.Hosting.ApplicationModel;
using CreditSystem.AppHost.Hosting.Servers;
using Microsoft.Extensions.DependencyInjection;

namespace CreditSystem.Tests.EndToEnd;

/// <summary>What the running application is, seen by its model and its states: one row for each thing, and none for anything else.</summary>
[Collection(AppHostFixture.Collection)]
public sealed class ModelTests(AppHostFixture system)
{
    private static readonly string[] Rows = ["mongodb", "redis", "vault", "vault-bootstrap", "vault-rotation", "vault-proxy", "api", "demo-traffic", "stripe"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Has_a_state_for_what_there_is_and_for_nothing_else()
    {
        var application = await system.GetAsync();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        enough.CancelAfter(TimeSpan.FromSeconds(2));
        var seen = new Dictionary<string, ResourceEvent>();
        try
        {
            // What it knows it says at once; it never ends by itself.
            await foreach (var change in application.ResourceNotifications.WatchAsync(enough.Token))
                seen[change.ResourceId] = change;
        }
        catch (OperationCanceledException) when (!Cancellation.IsCancellationRequested)
        {
        }

        var rows = seen.Values.Where(change => change.Resource is not ParameterResource && !change.Snapshot.IsHidden && change.Resource.Name != "aspire-dashboard").Select(change => change.Resource.Name);
        Assert.Equal(Rows.Order(), rows.Order());
        Assert.DoesNotContain(seen.Values, change => change.Snapshot.State?.Text is "Unknown" or "RuntimeUnhealthy");
    }

    [Fact]
    public async Task Starts_each_project_as_one_process_in_the_environment_of_the_AppHost()
    {
        var application = await system.GetAsync();

        foreach (var project in application.Services.GetRequiredService<DistributedApplicationModel>().GetProjectResources().Where(project => project.Name is not ("demo-traffic" or "vault-rotation")))
        {
            Assert.True(application.ResourceNotifications.TryGetCurrentState(project.Name, out var state));
            var program = (string?)state.Snapshot.Properties.Single(property => property.Name == "executable.path").Value;
            Assert.Equal(Path.GetFileNameWithoutExtension(project.GetProjectMetadata().ProjectPath), Path.GetFileName(program));
            foreach (var variable in new[] { "DOTNET_ENVIRONMENT", "ASPNETCORE_ENVIRONMENT" })
                Assert.Equal("Development", state.Snapshot.EnvironmentVariables.Single(candidate => candidate.Name == variable).Value);
        }
    }

    [Fact]
    public async Task Shows_the_address_of_the_service_first_and_the_others_among_the_details()
    {
        var application = await system.GetAsync();

        foreach (var (resource, first, others) in new[] { ("vault", "http", new[] { "control" }), ("vault-proxy", "http", ["management"]), ("api", "http", ["management"]) })
        {
            Assert.True(application.ResourceNotifications.TryGetCurrentState(resource, out var state));
            Assert.Equal(first, state.Snapshot.Urls.First(url => !url.IsInternal).Name);
            Assert.All(others, other => Assert.True(state.Snapshot.Urls.Single(url => url.Name == other).IsInternal, $"{other} of {resource}"));
        }
    }

    [Fact]
    public async Task Draws_arrows_from_the_API_to_the_servers_that_it_uses()
    {
        var application = await system.GetAsync();
        Assert.True(application.ResourceNotifications.TryGetCurrentState("api", out var api));

        var targets = api.Snapshot.Relationships.Select(relationship => relationship.ResourceName).ToHashSet();
        Assert.Superset(new HashSet<string> { "mongodb", "redis", "vault-proxy" }, targets);
    }

    [Fact]
    public async Task Looks_at_healthy_resources_more_often_than_Aspire_does() => Assert.True(HealthPolling.TryApply((await system.GetAsync()).Services));
}
