using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace CreditSystem.AppHost.Hosting.Terminal;

/// <summary>
/// The log of every resource with its name before each line, its states, one line when all is up; and the end of a start that
/// cannot succeed, which Aspire itself would wait for without a word.
/// </summary>
internal sealed class ConsoleOutput(DistributedApplicationModel model, ResourceNotificationService notifications,
    ResourceLoggerService logs, IHostApplicationLifetime lifetime, ReadyLine ready, OwnLogLevels levels)
{
    private static readonly TimeSpan Reminder = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LogTimeout = TimeSpan.FromSeconds(3);

    private readonly Stopwatch sinceStart = Stopwatch.StartNew();
    private readonly ConcurrentDictionary<string, string> states = [];
    private readonly HashSet<IResource> healthy = [];
    private volatile bool isReady;
    private bool hasGivenUp;

    private IReadOnlyList<IResource> Shown { get; } = [.. model.Resources.Where(
        resource => resource is ProjectResource or ContainerResource)];

    /// <summary>What must run on; the others end when they have done their work.</summary>
    private HashSet<IResource> Servers { get; } = [
        .. ready.Needs,
        .. model.Resources.SelectMany(resource => resource.Annotations.OfType<WaitAnnotation>())
            .Where(wait => wait.WaitType != WaitType.WaitForCompletion).Select(wait => wait.Resource),
    ];

    private int NameWidth => Shown.Max(resource => resource.Name.Length);

    /// <summary>Each part on a task of its own, so that none keeps the start, or another, waiting.</summary>
    internal void Start()
    {
        var stopping = lifetime.ApplicationStopping;
        foreach (var resource in Shown)
            _ = Task.Run(() => UntilStoppedAsync(RelayAsync(resource, stopping)), CancellationToken.None);
        _ = Task.Run(() => UntilStoppedAsync(FollowAsync(stopping)), CancellationToken.None);
        _ = Task.Run(() => UntilStoppedAsync(RemindAsync(stopping)), CancellationToken.None);
    }

    private async Task UntilStoppedAsync(Task work)
    {
        try
        {
            await work;
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
        }
        catch (Exception failed)
        {
            await Console.Error.WriteLineAsync($"This output has ended: {failed}");
        }
    }

    private async Task RelayAsync(IResource resource, CancellationToken cancellationToken)
    {
        await foreach (var lines in logs.WatchAsync(resource).WithCancellation(cancellationToken))
        {
            foreach (var line in lines)
            {
                if (ResourceLines.Plain(line.Content) is { } text)
                    Write(resource, text);
            }
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        await foreach (var change in notifications.WatchAsync(cancellationToken))
            await ShowAsync(change);
    }

    private async Task ShowAsync(ResourceEvent change)
    {
        var (resource, snapshot) = (change.Resource, change.Snapshot);
        if (!Shown.Contains(resource) || snapshot.State?.Text is not { Length: > 0 } state)
            return;

        var shown = state == KnownResourceStates.Running && snapshot.HealthStatus is { } health ? $"{state}, {health}" : state;
        if (snapshot.ExitCode is { } exitCode && KnownResourceStates.TerminalStates.Contains(state))
            shown = $"{state}, exit code {exitCode}";
        if (states.TryGetValue(resource.Name, out var before) && before == shown)
            return;

        states[resource.Name] = shown;
        Write(resource, $"-- {shown}");
        if (shown == "Running, Healthy" && healthy.Add(resource) && !isReady && ready.Needs.All(healthy.Contains))
        {
            isReady = true;
            Console.WriteLine(ready.Text(sinceStart.Elapsed));
        }
        else if (!isReady && HasFailed(resource, snapshot, state))
        {
            await EndAsync(resource, shown);
        }
    }

    private bool HasFailed(IResource resource, CustomResourceSnapshot snapshot, string state) =>
        state is "FailedToStart" or "RuntimeUnhealthy"
        || (KnownResourceStates.TerminalStates.Contains(state) && (snapshot.ExitCode is not (null or 0) || Servers.Contains(resource)));

    /// <summary>The others would wait for it indefinitely.</summary>
    private async Task EndAsync(IResource resource, string state)
    {
        if (hasGivenUp || lifetime.ApplicationStopping.IsCancellationRequested)
            return;

        hasGivenUp = true;
        Environment.ExitCode = 1;
        await Console.Error.WriteLineAsync($"\nThe system cannot start: '{resource.Name}' is {state}.{await LastWordsAsync(resource)}\n");
        levels.BeSilent();
        lifetime.StopApplication();
    }

    private async Task<string> LastWordsAsync(IResource resource)
    {
        try
        {
            using var timeout = new CancellationTokenSource(LogTimeout);
            var lines = await logs.LastLinesAsync(resource, timeout.Token).WaitAsync(timeout.Token);
            return lines.Count == 0 ? " It has written nothing." : $" Its last lines:\n  {string.Join("\n  ", lines)}";
        }
        catch (OperationCanceledException)
        {
            return " Its last lines are above.";
        }
    }

    /// <summary>A start that takes its time says from time to time what it waits for.</summary>
    private async Task RemindAsync(CancellationToken cancellationToken)
    {
        using var beat = new PeriodicTimer(Reminder);
        while (await beat.WaitForNextTickAsync(cancellationToken) && !isReady)
        {
            foreach (var resource in Shown)
            {
                if (notifications.TryGetCurrentState(resource.Name, out var now)
                    && now.Snapshot is { State.Text: "Running", HealthStatus: not (null or HealthStatus.Healthy) } snapshot)
                {
                    var report = snapshot.HealthReports.FirstOrDefault(report => report.Status is not (null or HealthStatus.Healthy));
                    Write(resource, $"-- still {snapshot.HealthStatus}: {report?.Description ?? "no report yet"}");
                }
            }
        }
    }

    private void Write(IResource resource, string line) =>
        Console.WriteLine($"{TimeProvider.System.GetLocalNow():HH:mm:ss} {resource.Name.PadRight(NameWidth)} | {line}");
}
