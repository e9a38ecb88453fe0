namespace CreditSystem.ServiceDefaults.Logging;

/// <summary>
/// Lets a warning or an error that says word for word the same through once a minute: an outage is met by every poll and
/// every request, and its hundredth line hides what else happens. What is less than a warning always passes.
/// </summary>
/// <param name="inner">Where the lines go.</param>
/// <param name="time">Tells when a minute is over.</param>
public sealed class RepeatedLineFilter(ILogger inner, TimeProvider time) : ILogger
{
    private const int MaxRemembered = 256;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<(int, string), DateTimeOffset> _said = [];

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner.BeginScope(state);

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?,
        string> formatter)
    {
        if (logLevel < LogLevel.Warning || IsNew((eventId.Id, formatter(state, exception))))
            inner.Log(logLevel, eventId, state, exception, formatter);
    }

    private bool IsNew((int, string) line)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            if (_said.TryGetValue(line, out var at) && now - at < Interval)
                return false;
            if (_said.Count >= MaxRemembered)
            {
                foreach (var old in _said.Where(said => now - said.Value >= Interval).Select(said => said.Key).ToArray())
                    _said.Remove(old);
            }

            // More different lines than that within a minute are no repetition.
            if (_said.Count < MaxRemembered)
                _said[line] = now;
            return true;
        }
    }
}
