using System.Text;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using CreditSystem.Tests.EndToEnd;
using CreditSystem.Tests.Fixtures;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

[assembly: AssemblyFixture(typeof(AppHostFixture))]

namespace CreditSystem.Tests.EndToEnd;

/// <summary>
/// The whole system as the AppHost describes it, on random ports, with data of its own; started when the first test asks for
/// it. Tests that use it are in the collection <see cref="Collection"/>, so that one does not stop what another one needs.
/// </summary>
public sealed class AppHostFixture : IAsyncDisposable
{
    internal const string Collection = "The running AppHost";

    private static readonly TimeSpan StartTime = TimeSpan.FromMinutes(6);

    private readonly string _directory = Directory.CreateTempSubdirectory("credit-system-e2e-").FullName;
    private readonly Lazy<Task<DistributedApplication>> _application;

    public AppHostFixture() => _application = new(StartAsync);

    /// <summary>The running application; the services are healthy.</summary>
    public Task<DistributedApplication> GetAsync() => _application.Value;

    /// <summary>A client of a service.</summary>
    public async Task<HttpClient> CreateClientAsync(string resource, string endpoint = "http") => (await GetAsync()).CreateHttpClient(resource, endpoint);

    /// <summary>The address of the dashboard, and the path that lets a browser in.</summary>
    internal async Task<(string Address, string Login)> DashboardAsync()
    {
        var services = (await GetAsync()).Services;
        var dashboard = services.GetRequiredService<DistributedApplicationModel>().Resources.OfType<IResourceWithEndpoints>().Single(resource => resource.Name == "aspire-dashboard");
        return (dashboard.GetEndpoint("http").Url, $"/login?t={services.GetRequiredService<IConfiguration>()["AppHost:BrowserToken"]}");
    }

    /// <summary>The value of a parameter, secret ones included.</summary>
    public async Task<string> ParameterAsync(string name)
    {
        var model = (await GetAsync()).Services.GetRequiredService<DistributedApplicationModel>();
        return await model.Resources.OfType<ParameterResource>().Single(parameter => parameter.Name == name).GetValueAsync(CancellationToken.None) ?? "";
    }

    /// <summary>Everything that the resources have written so far.</summary>
    public async Task<string> LogsAsync()
    {
        var services = (await GetAsync()).Services;
        var logs = services.GetRequiredService<ResourceLoggerService>();
        var text = new StringBuilder();
        foreach (var resource in services.GetRequiredService<DistributedApplicationModel>().Resources)
        {
            await foreach (var lines in logs.GetAllAsync(resource))
            {
                foreach (var line in lines)
                    text.Append(resource.Name).Append(" | ").AppendLine(line.Content);
            }
        }

        return text.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        if (_application.IsValueCreated && _application.Value.IsCompletedSuccessfully)
            await (await _application.Value).DisposeAsync();
        await AppHostData.DeleteAsync(_directory);
    }

    private async Task<DistributedApplication> StartAsync()
    {
        using var timeout = new CancellationTokenSource(StartTime);
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.CreditSystem_AppHost>(
            ["--data-directory", _directory], (options, _) => options.DisableDashboard = false, timeout.Token);
        var application = await builder.BuildAsync(timeout.Token);
        await application.StartAsync(timeout.Token);
        await application.ResourceNotifications.WaitForResourceHealthyAsync("api", timeout.Token);
        return application;
    }
}

[CollectionDefinition(AppHostFixture.Collection)]
public sealed class AppHostCollection;
