using System.Diagnostics;
using OpenTelemetry;

namespace CreditSystem.ServiceDefaults;

/// <summary>
/// Leaves out what a service asks others when neither a request nor a span of ours is its reason: looking for work several
/// times a second would be most of all traces. What is worth seeing in the background has a span of ours around it.
/// </summary>
internal sealed class CallsOfNobody : BaseProcessor<Activity>
{
    /// <summary>At the start, so that whoever is called is told not to record either.</summary>
    public override void OnStart(Activity data)
    {
        if (data.Kind == ActivityKind.Client && data.ParentSpanId == default && !data.Source.Name.StartsWith(TelemetryExtensions.OwnPrefix, StringComparison.Ordinal))
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }
}
