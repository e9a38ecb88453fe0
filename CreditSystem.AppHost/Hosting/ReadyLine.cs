using System.Globalization;

namespace CreditSystem.AppHost.Hosting;

/// <summary>The line that says that all is up, with every URL and one command to try next.</summary>
internal sealed class ReadyLine(ProjectResource api, ProjectResource vaultProxy, LaunchOptions launch)
{
    /// <summary>What must be healthy before it is true.</summary>
    public IReadOnlyList<IResource> Needs { get; } = [api, vaultProxy];

    public string Text(TimeSpan elapsed)
    {
        var apiUrl = api.GetEndpoint("http").Url;
        var urls = $"API {apiUrl}, its documentation {apiUrl}/docs, vault-proxy {vaultProxy.GetEndpoint("http").Url}";
        if (launch.HasDashboard)
            urls += $", dashboard http://localhost:{launch.DashboardPort}";
        return string.Create(CultureInfo.InvariantCulture, $"\nReady after {elapsed.TotalSeconds:0} s: {urls}. Try: curl {apiUrl}/health\n");
    }
}
