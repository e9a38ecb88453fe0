using Microsoft.Extensions.Configuration;

namespace CreditSystem.AppHost.Hosting.Terminal;

/// <summary>
/// How much is shown of what Aspire, and its dashboard with every click in a browser, write about themselves. All other settings go
/// before these.
/// </summary>
internal sealed class OwnLogLevels : ConfigurationProvider, IConfigurationSource
{
    private const string Key = "Logging:LogLevel:";

    internal OwnLogLevels() => Data = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
    {
        [$"{Key}Microsoft"] = "Warning",
        [$"{Key}Microsoft.AspNetCore.DataProtection"] = "Error",
        // A start that is broken off is reported by ConsoleOutput, with its reason.
        [$"{Key}Microsoft.Extensions.Hosting.Internal.Host"] = "Critical",
        [$"{Key}System.Net.Http"] = "Warning",
        [$"{Key}Aspire.Hosting"] = "Warning",
        [$"{Key}Aspire.Hosting.DistributedApplication"] = "Information",
    };

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <summary>The reason has been said: the connections that break while all is taken down are not news.</summary>
    internal void BeSilent()
    {
        foreach (var key in Data.Keys.Append($"{Key}Default").ToList())
            Data[key] = "Critical";
        OnReload();
    }
}
