using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;

namespace CreditSystem.ServiceDefaults;

/// <summary>Boundaries for our own histograms: the SDK's start at 5, which is made for milliseconds and says nothing of seconds.</summary>
internal static class HistogramBuckets
{
    private static readonly double[] Seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
    private static readonly double[] Bytes = [256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216];
    private static readonly double[] Counts = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048];

    internal static MetricStreamConfiguration? For(Instrument instrument)
    {
        if (!instrument.Meter.Name.StartsWith("CreditSystem.", StringComparison.Ordinal) || !IsHistogram(instrument))
            return null;
        return new ExplicitBucketHistogramConfiguration
        {
            Boundaries = instrument.Unit switch
            {
                "s" => Seconds,
                "By" => Bytes,
                _ => Counts,
            },
        };
    }

    private static bool IsHistogram(Instrument instrument) =>
        instrument.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(Histogram<>);
}
