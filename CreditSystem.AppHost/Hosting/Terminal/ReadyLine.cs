using CreditSystem.ServiceDefaults.Http;
using Microsoft.Extensions.Configuration;

namespace CreditSystem.AppHost.Hosting.Terminal;

/// <summary>The line that says that all is up, with every URL and one command to try next.</summary>
/// <param name="model">Of all resources.</param>
/// <param name="configuration">Has the token of the dashboard.</param>
/// <param name="api">Its first replica.</param>
/// <param name="vaultProxy">The other that must be healthy.</param>
/// <param name="authorities">Whose certificates curl has to trust; null where the API speaks plain HTTP.</param>
internal sealed class ReadyLine(DistributedApplicationModel model, IConfiguration configuration, ProjectResource api,
    ProjectResource vaultProxy, string? authorities)
{
    private const string Dashboard = "aspire-dashboard";

    /// <summary>What must be healthy before it is true.</summary>
    public IReadOnlyList<IResource> Needs { get; } = [api, vaultProxy];

    public string Text(TimeSpan elapsed)
    {
        var apiUrl = api.GetEndpoint("http").Url;
        var urls = $"API {apiUrl}, its documentation {apiUrl}/docs, vault-proxy {vaultProxy.GetEndpoint("http").Url}";
        if (UrlOf(PaymentProviderExtensions.Name) is { } paymentsUrl)
            urls += $", payment provider {paymentsUrl}";
        if (DashboardUrl() is { } dashboardUrl)
            urls += $", dashboard {dashboardUrl}";
        var trust = authorities is null ? "" : $"--cacert {authorities} ";
        return $"\nReady after {elapsed.TotalSeconds:0} s: {urls}. Try: curl {trust}{apiUrl}{ProbePaths.Health}\n";
    }

    /// <summary>With the token that lets a browser in, unless everybody may.</summary>
    private string? DashboardUrl() =>
        UrlOf(Dashboard) is { } url && configuration["AppHost:BrowserToken"] is { Length: > 0 } token
            ? $"{url}/login?t={token}"
            : UrlOf(Dashboard);

    private string? UrlOf(string name) =>
        model.Resources.OfType<IResourceWithEndpoints>().FirstOrDefault(resource => resource.Name == name)?.GetEndpoint("http")
            is { Exists: true, IsAllocated: true } endpoint
            ? endpoint.Url
            : null;
}
