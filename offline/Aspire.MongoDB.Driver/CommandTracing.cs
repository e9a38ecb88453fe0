using System.Collections.Concurrent;
using System.Diagnostics;
using MongoDB.Driver.Core.Configuration;
using MongoDB.Driver.Core.Events;

namespace Aspire.MongoDB.Driver;

/// <summary>One client span per command, as the diagnostic sources package writes them; the content of a command is left out.</summary>
internal sealed class CommandTracing
{
    internal const string SourceName = "MongoDB.Driver.Core.Extensions.DiagnosticSources";

    private static readonly ActivitySource Source = new(SourceName);
    private readonly ConcurrentDictionary<int, Activity> _running = [];

    internal static void Subscribe(ClusterBuilder cluster)
    {
        var tracing = new CommandTracing();
        cluster
            .Subscribe<CommandStartedEvent>(tracing.Start)
            .Subscribe<CommandSucceededEvent>(succeeded => tracing.Stop(succeeded.RequestId, failure: null))
            .Subscribe<CommandFailedEvent>(failed => tracing.Stop(failed.RequestId, failed.Failure));
    }

    private void Start(CommandStartedEvent command)
    {
        if (!Source.HasListeners())
            return;
        var ambient = Activity.Current;
        var activity = Source.StartActivity(command.CommandName, ActivityKind.Client);
        // The events run inside the caller's flow: whatever is started there must not become its current span.
        Activity.Current = ambient;
        if (activity is null)
            return;
        activity.SetTag("db.system", "mongodb");
        activity.SetTag("db.name", command.DatabaseNamespace?.DatabaseName);
        activity.SetTag("db.operation", command.CommandName);
        activity.SetTag("server.address", command.ConnectionId.ServerId.EndPoint.ToString());
        _running[command.RequestId] = activity;
    }

    private void Stop(int requestId, Exception? failure)
    {
        if (!_running.TryRemove(requestId, out var activity))
            return;
        if (failure is not null)
            activity.SetStatus(ActivityStatusCode.Error, failure.GetType().Name);
        var ambient = Activity.Current;
        activity.Stop();
        Activity.Current = ambient;
    }
}
