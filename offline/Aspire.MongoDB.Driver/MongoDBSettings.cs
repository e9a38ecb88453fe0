namespace Aspire.MongoDB.Driver;

/// <summary>The settings of a client, from <c>Aspire:MongoDB:Driver</c>.</summary>
public sealed class MongoDBSettings
{
    public string? ConnectionString { get; set; }

    public bool DisableHealthChecks { get; set; }

    public int? HealthCheckTimeout { get; set; }

    public bool DisableTracing { get; set; }
}
