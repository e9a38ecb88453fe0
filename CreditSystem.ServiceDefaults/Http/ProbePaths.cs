namespace CreditSystem.ServiceDefaults.Http;

/// <summary>The paths that the cluster and Prometheus ask: exempt from limits, redirections and traces.</summary>
public static class ProbePaths
{
    /// <summary>Whether the process lives.</summary>
    public const string Alive = "/alive";

    /// <summary>Whether requests should come here.</summary>
    public const string Ready = "/ready";

    /// <summary>How the service and what it needs are.</summary>
    public const string Health = "/health";

    /// <summary>The metrics, as Prometheus reads them.</summary>
    public const string Metrics = "/metrics";

    /// <summary>Whether the path is one of them, to the letter.</summary>
    public static bool Contains(string? path) => path is Alive or Ready or Health or Metrics;
}
