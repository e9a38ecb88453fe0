namespace CreditSystem.ServiceDefaults.Logging;

/// <summary>
/// Lets one line a minute through of what is asked all the time, such as a health, and each that ends otherwise than the one before.
/// </summary>
/// <param name="time">Tells when a minute is over.</param>
public sealed class PollSampler(TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (int Status, long At)> _last = new(StringComparer.Ordinal);

    /// <summary>Whether the line is to be written.</summary>
    /// <param name="poll">What is asked: one of few.</param>
    /// <param name="status">How it ended.</param>
    public bool IsWorthALine(string poll, int status)
    {
        var now = time.GetTimestamp();
        lock (_lock)
        {
            if (_last.TryGetValue(poll, out var last) && last.Status == status && time.GetElapsedTime(last.At, now) < Interval)
                return false;
            _last[poll] = (status, now);
            return true;
        }
    }
}
