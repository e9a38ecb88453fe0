using System.Diagnostics;

namespace CreditSystem.Bench.Chaos;

/// <summary>
/// How long a log was away after each kill: the longest transfer, with its repetitions, that began after it and before anything else
/// failed.
/// </summary>
internal sealed class Takeovers
{
    private readonly Lock gate = new();
    private readonly List<double> longest = [];
    private long? killedAt;

    /// <summary>For each kill that any transfer has come after, in seconds.</summary>
    public List<double> Seconds
    {
        get
        {
            lock (gate)
                return [.. longest.Where(seconds => seconds > 0).Select(seconds => Math.Round(seconds, 3))];
        }
    }

    public void OnKilled()
    {
        lock (gate)
        {
            killedAt = Stopwatch.GetTimestamp();
            longest.Add(0);
        }
    }

    /// <summary>What takes long from now on may do so for another reason.</summary>
    public void OnOtherFailure()
    {
        lock (gate)
            killedAt = null;
    }

    /// <param name="started">When the client sent it first.</param>
    public void OnAnswered(long started)
    {
        lock (gate)
            if (killedAt <= started)
                longest[^1] = Math.Max(longest[^1], Stopwatch.GetElapsedTime(started).TotalSeconds);
    }
}
