using System.Diagnostics.Metrics;
using CreditSystem.Identity.SecurityAudit;
using Microsoft.Extensions.DependencyInjection;

namespace CreditSystem.Api.Tests.Access;

/// <summary>The security events that one host counts.</summary>
internal sealed class SecurityEventRecorder : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly List<(string Name, string Labels)> events = [];

    public SecurityEventRecorder(IServiceProvider services)
    {
        var factory = services.GetRequiredService<IMeterFactory>();
        listener.InstrumentPublished = (instrument, active) =>
        {
            if (instrument.Meter.Name == SecurityMetrics.Name && instrument.Meter.Scope == factory && instrument.Name == "credit_system_security_events")
                active.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            lock (events)
                events.Add(((string)tags[0].Value!, string.Join(' ', tags.ToArray().Select(tag => tag.Key))));
        });
        listener.Start();
    }

    public IReadOnlyList<(string Name, string Labels)> Events
    {
        get
        {
            lock (events)
                return [.. events];
        }
    }

    public void Dispose() => listener.Dispose();
}
