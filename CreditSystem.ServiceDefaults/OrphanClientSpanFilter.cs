using System.Diagnostics;
using OpenTelemetry;

namespace CreditSystem.ServiceDefaults;

/// <summary>
/// Leaves out what a service asks others when neither a request nor a span of ours is its reason: looking for work several
/// times a second would be most of all traces. What is worth seeing in the background has a span of ours around it.
/// </summary>
/// <remarks>
/// What is left out stays so below, in this process and in those that it calls, whatever the sampler: Aspire lets services
/// sample <c>always_on</c>, which does not look at the parent, and each probe of a health would be a trace.
/// </remarks>
internal sealed class OrphanClientSpanFilter : BaseProcessor<Activity>
{
    /// <summary>The end of a traceparent (W3C) whose sender does not record.</summary>
    private const string NotRecorded = "-00";

    /// <summary>At the start, so that the callee is told not to record either.</summary>
    public override void OnStart(Activity data)
    {
        if (IsOrphan(data) || IsBelowUnrecorded(data))
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }

    private static bool IsOrphan(Activity span) =>
        span.Kind == ActivityKind.Client && span.ParentSpanId == default
        && !span.Source.Name.StartsWith(TelemetryExtensions.OwnPrefix, StringComparison.Ordinal);

    private static bool IsBelowUnrecorded(Activity span) =>
        span.Parent is { } parent
            ? !parent.Recorded
            : span.HasRemoteParent && span.ParentId!.EndsWith(NotRecorded, StringComparison.Ordinal);
}
