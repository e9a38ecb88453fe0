namespace CreditSystem.Tests.Deploy.Checklist;

/// <summary>Where an item of the checklist does not hold for a workload, with the reason (docs/deployment.md lists them too).</summary>
internal static class Exemptions
{
    /// <summary>Item 18: these patch Secrets that their Roles name, and need a token of the API server for that.</summary>
    internal static readonly IReadOnlyList<string> HoldToken = ["vault-approle-refresh", "certificate-renewal"];

    /// <summary>Items 37 and 38: one replica; its data is on one claim, and the API rides out its restart.</summary>
    internal static readonly IReadOnlyList<string> SingleReplica = ["mongodb", "redis"];

    /// <summary>Kinds of the Prometheus operator and of Traefik: of no Kubernetes release, so the schema gates do not know them.</summary>
    internal static readonly IReadOnlyList<string> ForeignKinds = ["ServiceMonitor", "PrometheusRule", "ServersTransport"];
}
