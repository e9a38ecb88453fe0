using System.Diagnostics.Metrics;

namespace CreditSystem.ServiceDefaults.Certificates;

/// <summary>How long the certificate in use, and the authority above it, are still good, and how often it has been replaced.</summary>
internal sealed class CertificateMetrics : IDisposable
{
    private readonly Meter _meter = new("CreditSystem.Certificates");

    public CertificateMetrics(CertificateFolder folder, TimeProvider time)
    {
        var replacements = _meter.CreateCounter<long>("certificate.replacements", description: "Certificates that took another's place");
        replacements.Add(0);
        folder.Changed += _ => replacements.Add(1);
        _meter.CreateObservableGauge("certificate.ttl", () => Seconds(folder, set => set.NotAfter, time), "s",
            "Time until the certificate in use ends");
        _meter.CreateObservableGauge("certificate.authority.ttl", () => Seconds(folder, set => set.AuthorityNotAfter, time), "s",
            "Time until the first of the authorities above it ends");
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<double>> Seconds(
        CertificateFolder folder, Func<CertificateSet, DateTimeOffset> end, TimeProvider time) =>
        folder.Current is { } set ? [new Measurement<double>((end(set) - time.GetUtcNow()).TotalSeconds)] : [];
}
