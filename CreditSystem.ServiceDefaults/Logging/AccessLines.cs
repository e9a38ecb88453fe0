using System.Buffers;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;

namespace CreditSystem.ServiceDefaults.Logging;

/// <summary>
/// Writes the lines of one category, one per request, as JSON and many at a time: the framework's console makes a system call for
/// each line, which costs a request as much as forwarding it does. What a killed process has not yet written, a hundredth of a
/// second's lines, is lost. Levels are those of every logging provider, so that <c>monitoring:log_level</c> holds here too.
/// </summary>
[ProviderAlias("AccessLines")]
internal sealed class AccessLines : ILoggerProvider
{
    /// <summary>Above it, in bytes, a request waits for the output, as it would for any console.</summary>
    private const int Limit = 4 * 1024 * 1024;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly Stream _stream;
    private readonly TimeProvider _time;
    private readonly string _category;
    private readonly Lock _gate = new();
    private readonly Lock _output = new();
    private readonly Utf8JsonWriter _json = new(Stream.Null);
    private readonly Channel<bool> _hasLines = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private ArrayBufferWriter<byte> _added = new();
    private ArrayBufferWriter<byte> _written = new();

    /// <param name="stream">Where the lines go.</param>
    /// <param name="category">The one that is written here; of all others nothing is.</param>
    /// <param name="time">Tells the time of each line.</param>
    public AccessLines(Stream stream, string category, TimeProvider time)
    {
        (_stream, _category, _time) = (stream, category, time);
        _ = FlushRegularlyAsync();
    }

    public ILogger CreateLogger(string categoryName) =>
        categoryName == _category ? new Logger(this, JsonEncodedText.Encode(categoryName)) : NullLogger.Instance;

    /// <summary>The last lines: requests end after the background services do.</summary>
    public void Dispose()
    {
        _hasLines.Writer.TryComplete();
        Flush();
    }

    private async Task FlushRegularlyAsync()
    {
        while (await _hasLines.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            _hasLines.Reader.TryRead(out _);
            await Task.Delay(Pause, _time).ConfigureAwait(false);
            Flush();
        }
    }

    private void Add<TState>(AccessLine line, TState state)
    {
        bool isFirst;
        bool isFull;
        lock (_gate)
        {
            isFirst = _added.WrittenCount == 0;
            line.Write(_json, _added, state as IReadOnlyList<KeyValuePair<string, object?>> ?? []);
            isFull = _added.WrittenCount > Limit;
        }

        if (isFirst)
            _hasLines.Writer.TryWrite(true);
        if (isFull)
            Flush();
    }

    private void Flush()
    {
        lock (_output)
        {
            lock (_gate)
                (_added, _written) = (_written, _added);
            try
            {
                _stream.Write(_written.WrittenSpan);
                _stream.Flush();
            }
            catch (IOException)
            {
                // Nobody reads them any more. A request is worth more than its line.
            }

            _written.ResetWrittenCount();
        }
    }

    private sealed class Logger(AccessLines lines, JsonEncodedText category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Add(
                new AccessLine(lines._time.GetUtcNow().UtcDateTime, eventId.Id, logLevel, category, formatter(state, exception)), state);
    }
}
