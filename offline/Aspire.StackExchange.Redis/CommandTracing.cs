using System.Collections.Concurrent;
using System.Diagnostics;
using StackExchange.Redis;
using StackExchange.Redis.Profiling;

namespace Aspire.StackExchange.Redis;

/// <summary>One client span per command, under the span that sent it; keys and values are left out.</summary>
internal sealed class CommandTracing : IDisposable
{
    internal const string SourceName = "OpenTelemetry.Instrumentation.StackExchangeRedis";

    private static readonly ActivitySource Source = new(SourceName);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<ActivityContext, (Activity Parent, ProfilingSession Session)> _sessions = [];
    private readonly Timer _timer;

    public CommandTracing() => _timer = new Timer(_ => Drain(), state: null, Interval, Interval);

    internal void Attach(IConnectionMultiplexer connection) => connection.RegisterProfiler(SessionOfTheCaller);

    public void Dispose()
    {
        _timer.Dispose();
        Drain();
    }

    private ProfilingSession? SessionOfTheCaller() =>
        Source.HasListeners() && Activity.Current is { Recorded: true } parent
            ? _sessions.GetOrAdd(parent.Context, (_, activity) => (activity, new ProfilingSession()), parent).Session
            : null;

    private void Drain()
    {
        foreach (var (context, (parent, session)) in _sessions)
        {
            // A span that has ended sends no more commands; until then its session stays.
            if (parent.IsStopped)
                _sessions.TryRemove(context, out _);
            foreach (var command in session.FinishProfiling())
                Write(context, command);
        }
    }

    private static void Write(ActivityContext parent, IProfiledCommand command)
    {
        var start = new DateTimeOffset(command.CommandCreated);
        using var activity = Source.StartActivity(command.Command, ActivityKind.Client, parent, startTime: start);
        activity?.SetTag("db.system", "redis");
        activity?.SetTag("db.operation", command.Command);
        activity?.SetTag("server.address", command.EndPoint?.ToString());
        activity?.SetEndTime((start + command.ElapsedTime).UtcDateTime);
    }
}
