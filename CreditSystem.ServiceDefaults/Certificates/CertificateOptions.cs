namespace CreditSystem.ServiceDefaults.Certificates;

/// <summary>The certificates of this service. Section <c>Certificates</c>.</summary>
public sealed class CertificateOptions
{
    public const string SectionName = "Certificates";

    /// <summary>
    /// A folder with <c>tls.crt</c> (the certificate, then those above it), <c>tls.key</c> and <c>ca.crt</c> (all authorities that are
    /// trusted), as a Secret of Kubernetes is mounted. It is read again when it changes. Absent: no certificates.
    /// </summary>
    public string? Directory { get; set; }

    /// <summary>How often the folder is looked at.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether HTTPS asks its clients for a certificate of an authority in <c>ca.crt</c>.</summary>
    public ClientCertificates Clients { get; set; }
}

/// <summary>What HTTPS does about the certificates of its clients.</summary>
public enum ClientCertificates
{
    /// <summary>It does not ask.</summary>
    Ignore,

    /// <summary>It asks; whether there is one, and of whom, is for who serves the request (<see cref="ClientCertificateTrust"/>).</summary>
    Ask,

    /// <summary>Without one there is no connection.</summary>
    Require,
}
