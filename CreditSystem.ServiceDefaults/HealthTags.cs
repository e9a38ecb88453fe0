namespace CreditSystem.ServiceDefaults;

/// <summary>Which probe asks for a health check.</summary>
public static class HealthTags
{
    /// <summary><c>/alive</c>: this process only. A failure restarts it, so nothing here may depend on another server.</summary>
    public const string Live = "live";

    /// <summary><c>/ready</c>: whether requests should come here. A failure takes the replica out of rotation.</summary>
    public const string Ready = "ready";
}
