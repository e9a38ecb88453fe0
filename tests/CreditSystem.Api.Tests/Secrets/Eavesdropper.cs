using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace CreditSystem.Api.Tests.Secrets;

/// <summary>Keeps every log line with its state and exception, every span with its tags and events, every tag of a metric, and what it is told.</summary>
internal sealed class Eavesdropper : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _heard = [];
    private readonly ConcurrentQueue<(int Id, string Text)> _logged = [];
    private readonly ActivityListener _spans;
    private readonly MeterListener _metrics = new();

    public Eavesdropper()
    {
        _spans = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Hear,
        };
        ActivitySource.AddActivityListener(_spans);
        _metrics.InstrumentPublished = (instrument, listener) => listener.EnableMeasurementEvents(instrument);
        _metrics.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Hear(instrument, tags));
        _metrics.SetMeasurementEventCallback<int>((instrument, _, tags, _) => Hear(instrument, tags));
        _metrics.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Hear(instrument, tags));
        _metrics.Start();
    }

    public int Logs { get; private set; }

    public int Spans { get; private set; }

    public int Measurements { get; private set; }

    public void Hear(string? text) => _heard.Enqueue(text ?? "");

    /// <summary>What holds this text; empty when nothing does.</summary>
    public IEnumerable<string> Holding(string text) => _heard.Where(each => each.Contains(text, StringComparison.Ordinal));

    /// <summary>The lines with this event id.</summary>
    public IEnumerable<string> Logged(int id) => _logged.Where(line => line.Id == id).Select(line => line.Text);

    public void RecordGauges()
    {
        try
        {
            _metrics.RecordObservableInstruments();
        }
        catch (AggregateException failures) when (failures.InnerExceptions.All(failure => failure is ObjectDisposedException))
        {
            // Thrown after all have been asked: the host of another test, which runs at the same time, is just ending.
        }
    }

    public ILogger CreateLogger(string categoryName) => new Ear(this, categoryName);

    public void Dispose()
    {
        _spans.Dispose();
        _metrics.Dispose();
    }

    private void Hear(Activity span)
    {
        Spans++;
        Hear($"{span.DisplayName} {span.StatusDescription} {string.Join(' ', span.TagObjects)} {string.Join(' ', span.Events.SelectMany(each => each.Tags))} {string.Join(' ', span.Baggage)}");
    }

    private void Hear(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        Measurements++;
        foreach (var tag in tags)
            Hear($"{instrument.Name} {tag}");
    }

    private sealed class Ear(Eavesdropper owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            owner.Hear($"{category} {state}");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            owner.Logs++;
            owner._logged.Enqueue((eventId.Id, formatter(state, exception)));
            var fields = state is IEnumerable<KeyValuePair<string, object?>> pairs ? string.Join(' ', pairs) : "";
            owner.Hear($"{category} {formatter(state, exception)} {fields} {exception}");
        }
    }
}
