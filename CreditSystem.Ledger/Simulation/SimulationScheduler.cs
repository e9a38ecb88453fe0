namespace CreditSystem.Ledger.Simulation;

/// <summary>
/// Runs everything of one simulation on the calling thread: what is ready in an order that the seed decides, and time goes on when
/// nothing is. The same seed gives the same schedule.
/// </summary>
internal sealed class SimulationScheduler(int seed)
{
    private static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly List<(SimulatedActor Actor, SendOrPostCallback Callback, object? State)> ready = [];
    private readonly PriorityQueue<Action, (long Due, long Order)> timers = new();
    private long order;

    public Random Random { get; } = new(seed);

    /// <summary>Milliseconds since the start.</summary>
    public long Now { get; private set; }

    public DateTimeOffset UtcNow => Epoch.AddMilliseconds(Now);

    public long Steps { get; private set; }

    public void Post(SimulatedActor actor, SendOrPostCallback callback, object? state) => ready.Add((actor, callback, state));

    public void After(long milliseconds, Action action) => timers.Enqueue(action, (Now + Math.Max(milliseconds, 0), order++));

    public bool Chance(int percent) => Random.Next(100) < percent;

    /// <returns>False when nothing is left to do.</returns>
    public bool Step()
    {
        Steps++;
        if (ready.Count > 0)
        {
            var index = Random.Next(ready.Count);
            var (actor, callback, state) = ready[index];
            ready[index] = ready[^1];
            ready.RemoveAt(ready.Count - 1);
            actor.Run(callback, state);
            return true;
        }
        if (!timers.TryDequeue(out var action, out var due))
            return false;
        Now = due.Due;
        action();
        return true;
    }
}

/// <summary>A process or a client: what it awaits goes on in its own context, and nothing of it once it is killed.</summary>
internal sealed class SimulatedActor(SimulationScheduler scheduler) : SynchronizationContext
{
    public bool IsDead { get; private set; }

    public void Kill() => IsDead = true;

    /// <summary>Runs an operation of this actor; its end is that of the task.</summary>
    public Task Start(Func<Task> operation)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(async _ =>
        {
            try
            {
                await operation();
                ended.TrySetResult();
            }
            catch (Exception exception)
            {
                ended.TrySetException(exception);
            }
        }, null);
        return ended.Task;
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (!IsDead)
            scheduler.Post(this, d, state);
    }

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nothing blocks here.");

    public void Run(SendOrPostCallback callback, object? state)
    {
        if (IsDead)
            return;
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            callback(state);
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }
}

/// <summary>The clock of one actor: it may be set wrong, but time passes for it as for all.</summary>
internal sealed class SimulatedTime(SimulationScheduler scheduler, SimulatedActor actor) : TimeProvider
{
    public TimeSpan Ahead { get; set; }

    public override long TimestampFrequency => 1000;

    public override DateTimeOffset GetUtcNow() => scheduler.UtcNow + Ahead;

    public override long GetTimestamp() => scheduler.Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(scheduler, actor, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class SimulatedTimer(SimulationScheduler scheduler, SimulatedActor actor, TimerCallback callback, object? state) : ITimer
    {
        private int version;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var current = ++version;
            if (dueTime >= TimeSpan.Zero)
                scheduler.After((long)Math.Ceiling(dueTime.TotalMilliseconds), () => Fire(current, period));
            return true;
        }

        public void Dispose() => version++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Fire(int current, TimeSpan period)
        {
            if (current != version || actor.IsDead)
                return;
            actor.Run(_ => callback(state), null);
            if (period > TimeSpan.Zero)
                Change(period, period);
        }
    }
}
