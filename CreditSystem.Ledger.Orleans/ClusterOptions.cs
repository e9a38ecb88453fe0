using System.ComponentModel.DataAnnotations;

namespace CreditSystem.Ledger.Orleans;

/// <summary>Whether replicas help each other.</summary>
public enum ClusterMode
{
    /// <summary>Each process commits by itself. Two at once are safe, and slow.</summary>
    Single,

    /// <summary>Every partition has one owner among the replicas.</summary>
    Orleans,
}

/// <summary>How this replica takes part in the cluster.</summary>
public sealed class ClusterOptions
{
    public const string SectionName = "Cluster";

    public ClusterMode Mode { get; set; }

    /// <summary>What people call this replica: by default the name of the machine, which in Kubernetes is that of the pod.</summary>
    [Required]
    public string Name { get; set; } = Environment.MachineName;

    /// <summary>Where the other replicas reach this one: an address of this machine, in Kubernetes that of the pod.</summary>
    [Required]
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>The port for the other replicas, which listens on <see cref="Address"/> only.</summary>
    [Range(1, 65535)]
    public int Port { get; set; } = 11111;

    /// <summary>
    /// How often a replica asks another whether it lives, in milliseconds. After three in vain it is taken for dead, and its
    /// partitions go to others. Taken for dead by mistake it restarts.
    /// </summary>
    [Range(50, 60_000)]
    public int ProbeMilliseconds { get; set; } = 500;

    /// <summary>How long a replica that ends may take to hand its partitions over, in seconds.</summary>
    [Range(1, 300)]
    public int HandOverSeconds { get; set; } = 10;

    /// <summary>
    /// A folder with <c>tls.crt</c>, <c>tls.key</c> and <c>ca.crt</c>, as a Secret of Kubernetes is mounted. Replicas then speak TLS,
    /// and each requires a certificate of that authority from the other. Absent: plain text, for one machine only.
    /// </summary>
    public string? TlsDirectory { get; set; }

    /// <summary>
    /// TLS as with <see cref="TlsDirectory"/>, with the certificates of the host (<c>Certificates:Directory</c>), which may be replaced
    /// while it runs.
    /// </summary>
    public bool UsesHostCertificates { get; set; }

    /// <summary>
    /// Whether the replica collects what Orleans' own dashboard shows, and the host serves that. For development: the counters cost
    /// each replica a call every second, and what it shows of a log <c>ledger partitions</c> says as well.
    /// </summary>
    public bool Dashboard { get; set; }

    /// <summary>Whether there is a dashboard to be served: without a cluster there is nothing to show.</summary>
    public bool HasDashboard => Dashboard && Mode == ClusterMode.Orleans;
}
