using CreditSystem.ServiceDefaults;

namespace CreditSystem.Secrets.Tests;

public sealed class PollingServiceTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(7);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Goes_on_at_once_while_there_is_more_and_after_the_pause_whatever_became_of_a_turn()
    {
        var time = new PassingTime(pauses: 3);
        using var service = new Scripted(
            time,
            [() => true, () => true, () => false, Fail<InvalidOperationException>, Fail<OperationCanceledException>, () => false]);

        await service.StartAsync(Token);
        await time.Stands.WaitAsync(Token);

        Assert.Equal(6, service.Turns);
        Assert.Equal([typeof(InvalidOperationException), typeof(OperationCanceledException)], service.Failures);
        Assert.Equal([Pause, Pause, Pause, Pause], time.Pauses);
    }

    [Fact]
    public async Task Ends_with_the_host_in_a_pause_and_in_a_turn_and_tells_of_no_failure()
    {
        var time = new PassingTime(pauses: 0);
        using var pausing = new Scripted(time, [() => false]);
        using var busy = new Scripted(time, []);

        await pausing.StartAsync(Token);
        await busy.StartAsync(Token);
        await Task.WhenAll(time.Stands, busy.Began).WaitAsync(Token);
        await pausing.StopAsync(Token);
        await busy.StopAsync(Token);

        Assert.All([pausing, busy], service => Assert.True(service.ExecuteTask is { IsCompleted: true, IsFaulted: false }));
        Assert.Equal((1, 1), (pausing.Turns, busy.Turns));
        Assert.Empty(pausing.Failures.Concat(busy.Failures));
    }

    private static bool Fail<T>()
        where T : Exception, new() => throw new T();

    /// <summary>After its script a turn lasts until the host stops.</summary>
    private sealed class Scripted(TimeProvider time, Func<bool>[] script) : PollingService(time)
    {
        private readonly TaskCompletionSource began = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Turns { get; private set; }

        public List<Type> Failures { get; } = [];

        public Task Began => began.Task;

        protected override TimeSpan Interval => Pause;

        protected override async Task<bool> PollAsync(CancellationToken cancellationToken)
        {
            began.TrySetResult();
            if (Turns++ < script.Length)
                return script[Turns - 1]();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return false;
        }

        protected override void OnFailure(Exception failure) => Failures.Add(failure.GetType());
    }

    /// <summary>Pauses are over at once, as many as are said; then time stands still.</summary>
    private sealed class PassingTime(int pauses) : TimeProvider
    {
        private readonly TaskCompletionSource stands = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<TimeSpan> Pauses { get; } = [];

        public Task Stands => stands.Task;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Pauses.Add(dueTime);
            if (Pauses.Count <= pauses)
                return base.CreateTimer(callback, state, TimeSpan.Zero, period);
            stands.TrySetResult();
            return base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, period);
        }
    }
}
