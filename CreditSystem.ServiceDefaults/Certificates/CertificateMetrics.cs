using System.Diagnostics.Metrics;

namespace CreditSystem.ServiceDefaults.Certificates;

/// <summary>How long the certificate in use, and the authority above it, are still good, and how often it has been replaced.</summary>
internal sealed class CertificateMetrics : IDisposable
{
    private readonly Meter _meter = new("CreditSystem.Certificates");
    private readonly Counter<long> _replacements;

    public CertificateMetrics(CertificateFolder folder, TimeProvider time)
    {
        _replacements = _meter.CreateCounter<long>(
            "credit_system_certificate_replacements", description: "Certificates that took another's place");
        var before = folder.Current?.Certificate.Thumbprint;
        folder.Changed += set =>
        {
            // Other authorities, or another list of theirs, are no other certificate.
            if (Interlocked.Exchange(ref before, set.Certificate.Thumbprint) != set.Certificate.Thumbprint)
                _replacements.Add(1);
        };
        _meter.CreateObservableGauge(
            "credit_system_certificate_ttl", () => Seconds(folder, set => set.NotAfter, time), "s",
            "Time until the certificate in use ends");
        _meter.CreateObservableGauge(
            "credit_system_certificate_authority_ttl", () => Seconds(folder, set => set.AuthorityNotAfter, time), "s",
            "Time until the first of the authorities above it ends");
    }

    /// <summary>A counter that has counted nothing is there, too.</summary>
    public void Begin() => _replacements.Add(0);

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<double>> Seconds(
        CertificateFolder folder, Func<CertificateSet, DateTimeOffset> end, TimeProvider time) =>
        folder.Current is { } set ? [new Measurement<double>((end(set) - time.GetUtcNow()).TotalSeconds)] : [];
}
