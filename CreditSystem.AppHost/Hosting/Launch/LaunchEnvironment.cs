namespace CreditSystem.AppHost.Hosting.Launch;

/// <summary>What Aspire, the servers and the services take from the environment.</summary>
internal static class LaunchEnvironment
{
    private static readonly string[] Loopback = ["localhost", "127.0.0.1", "[::1]"];

    internal static void Prepare(int dashboardPort)
    {
        SetDefault("ASPNETCORE_URLS", $"http://localhost:{dashboardPort}");
        SetDefault("ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", $"http://localhost:{dashboardPort + 1}");
        SetDefault("ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL", $"http://localhost:{dashboardPort + 2}");
        SetDefault("ASPIRE_ALLOW_UNSECURED_TRANSPORT", "true");
        // .NET asks the proxy of HTTP_PROXY for this machine too, which knows none of its ports.
        foreach (var variable in new[] { "NO_PROXY", "no_proxy" })
            Environment.SetEnvironmentVariable(variable, WithLoopback(Environment.GetEnvironmentVariable(variable)));
    }

    internal static string WithLoopback(string? exceptions)
    {
        var given = exceptions?.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        return string.Join(',', given.Union(Loopback, StringComparer.OrdinalIgnoreCase));
    }

    private static void SetDefault(string variable, string value)
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable)))
            Environment.SetEnvironmentVariable(variable, value);
    }
}
