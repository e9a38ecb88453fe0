using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A line of a console log.</summary>
/// <param name="LineNumber">Number of the line, from 1.</param>
/// <param name="Content">Its text.</param>
/// <param name="IsErrorMessage">Whether it was written to the standard error.</param>
public readonly record struct LogLine(int LineNumber, string Content, bool IsErrorMessage);

/// <summary>The console logs of the resources: the last ten thousand lines of each.</summary>
public class ResourceLoggerService : IDisposable
{
    private const int KeptLines = 10_000;
    private readonly ConcurrentDictionary<string, ConsoleLog> _logs = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Writes to the log of a resource.</summary>
    public ILogger GetLogger(IResource resource) => GetLogger(resource.Name);

    /// <summary>Writes to the log of a resource.</summary>
    public ILogger GetLogger(string resourceName) => Log(resourceName);

    /// <summary>The lines that are there, and every line from here on.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(IResource resource) => WatchAsync(resource.Name);

    /// <summary>The lines that are there, and every line from here on.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(string resourceName) => Log(resourceName).WatchAsync();

    /// <summary>The lines that are there.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> GetAllAsync(IResource resource) => new[] { Log(resource.Name).Lines }.ToAsyncEnumerable();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var log in _logs.Values)
            log.Complete();
        GC.SuppressFinalize(this);
    }

    internal void Write(string resourceName, string line, bool isError) => Log(resourceName).Write(line, isError);

    private ConsoleLog Log(string resourceName) => _logs.GetOrAdd(resourceName, _ => new ConsoleLog());

    private sealed class ConsoleLog : ILogger
    {
        private readonly Lock _gate = new();
        private readonly Queue<LogLine> _lines = [];
        private readonly List<Channel<IReadOnlyList<LogLine>>> _watchers = [];
        private int _lastNumber;

        public IReadOnlyList<LogLine> Lines
        {
            get
            {
                lock (_gate)
                    return [.. _lines];
            }
        }

        public void Write(string content, bool isError)
        {
            lock (_gate)
            {
                var line = new LogLine(++_lastNumber, content, isError);
                _lines.Enqueue(line);
                if (_lines.Count > KeptLines)
                    _lines.Dequeue();
                foreach (var watcher in _watchers)
                    watcher.Writer.TryWrite([line]);
            }
        }

        public async IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            var channel = Channel.CreateUnbounded<IReadOnlyList<LogLine>>();
            lock (_gate)
            {
                if (_lines.Count > 0)
                    channel.Writer.TryWrite([.. _lines]);
                _watchers.Add(channel);
            }

            try
            {
                await foreach (var lines in channel.Reader.ReadAllAsync(cancellationToken))
                    yield return lines;
            }
            finally
            {
                lock (_gate)
                    _watchers.Remove(channel);
            }
        }

        public void Complete()
        {
            lock (_gate)
                _watchers.ForEach(watcher => watcher.Writer.TryComplete());
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Write(formatter(state, exception), logLevel >= LogLevel.Error);
    }
}
