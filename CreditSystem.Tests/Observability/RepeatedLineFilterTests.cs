using CreditSystem.ServiceDefaults.Logging;
using CreditSystem.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Tests.Observability;

public sealed class RepeatedLineFilterTests
{
    [Fact]
    public void A_warning_that_says_the_same_comes_once_a_minute_and_everything_else_at_once()
    {
        var (time, log) = (new FakeTimeProvider(), new RecordingLogger());
        var filter = new RepeatedLineFilter(log, time);

        for (var second = 0; second < 120; second++)
        {
            Write(filter, LogLevel.Warning, 1, "away");
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(2, log.Lines.Count);
        Write(filter, LogLevel.Warning, 1, "away, and for another reason");
        Write(filter, LogLevel.Warning, 2, "away");
        Write(filter, LogLevel.Information, 3, "works");
        Write(filter, LogLevel.Information, 3, "works");
        Assert.Equal(6, log.Lines.Count);
    }

    [Fact]
    public void Many_different_lines_pass_all()
    {
        var (time, log) = (new FakeTimeProvider(), new RecordingLogger());
        var filter = new RepeatedLineFilter(log, time);

        for (var i = 0; i < 1000; i++)
            Write(filter, LogLevel.Error, 1, $"line {i}");

        Assert.Equal(1000, log.Lines.Count);
    }

    private static void Write(RepeatedLineFilter filter, LogLevel level, int id, string text) => filter.Log(level, new EventId(id), text, null, (state, _) => state);
}
