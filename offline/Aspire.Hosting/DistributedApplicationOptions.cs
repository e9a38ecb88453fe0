namespace Aspire.Hosting;

/// <summary>How an application is described.</summary>
public sealed class DistributedApplicationOptions
{
    /// <summary>Arguments of the command line.</summary>
    public string[]? Args { get; set; }

    /// <summary>Whether the application runs without the dashboard.</summary>
    public bool DisableDashboard { get; set; }
}
