using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace CreditSystem.VaultProxy.Telemetry;

/// <summary>
/// Writes access lines as JSON, many at a time: the framework's console makes a system call for each line, which costs a
/// request as much as forwarding it does. What a killed process has not yet written, a hundredth of a second's lines, is lost.
/// </summary>
internal sealed class AccessLines(Stream output, TimeProvider time) : BackgroundService
{
    /// <summary>Above it, in bytes, a request waits for the output, as it would for any console.</summary>
    private const int Limit = 4 * 1024 * 1024;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private static readonly JsonEncodedText Category = JsonEncodedText.Encode(typeof(AccessLog).FullName!);
    private static readonly JsonEncodedText Level = JsonEncodedText.Encode(nameof(LogLevel.Information));

    private readonly Lock _gate = new();
    private readonly Lock _output = new();
    private readonly SemaphoreSlim _hasLines = new(0, 1);
    private readonly Utf8JsonWriter _json = new(Stream.Null);
    private ArrayBufferWriter<byte> _added = new();
    private ArrayBufferWriter<byte> _written = new();

    internal void Add(string method, string mountClass, string operation, int status, double milliseconds, TokenId token)
    {
        bool isFirst;
        bool isFull;
        lock (_gate)
        {
            isFirst = _added.WrittenCount == 0;
            Write(method, mountClass, operation, status, milliseconds, token);
            isFull = _added.WrittenCount > Limit;
        }

        if (isFirst)
            Signal();
        if (isFull)
            Flush();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await _hasLines.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Flush();
        }
    }

    /// <summary>The last lines: requests end after the background services do.</summary>
    public override void Dispose()
    {
        base.Dispose();
        Flush();
        _json.Dispose();
        _hasLines.Dispose();
    }

    private void Signal()
    {
        try
        {
            _hasLines.Release();
        }
        catch (SemaphoreFullException)
        {
            // It has been told already.
        }
    }

    private void Flush()
    {
        lock (_output)
        {
            lock (_gate)
                (_added, _written) = (_written, _added);
            output.Write(_written.WrittenSpan);
            output.Flush();
            _written.ResetWrittenCount();
        }
    }

    private void Write(string method, string mountClass, string operation, int status, double milliseconds, TokenId token)
    {
        Span<byte> message = stackalloc byte[256];
        Utf8.TryWrite(message, $"{method} {mountClass} {operation} {status} {milliseconds} {token}", out var length);
        _json.Reset(_added);
        _json.WriteStartObject();
        _json.WriteString("Timestamp"u8, time.GetUtcNow().UtcDateTime);
        _json.WriteNumber("EventId"u8, AccessLog.EventId);
        _json.WriteString("LogLevel"u8, Level);
        _json.WriteString("Category"u8, Category);
        _json.WriteString("Message"u8, message[..length]);
        _json.WriteStartObject("State"u8);
        _json.WriteString("Method"u8, method);
        _json.WriteString("MountClass"u8, mountClass);
        _json.WriteString("Operation"u8, operation);
        _json.WriteNumber("Status"u8, status);
        _json.WriteNumber("LatencyMilliseconds"u8, milliseconds);
        _json.WriteString("TokenHmac"u8, token.ToString());
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.Flush();
        _added.Write("\n"u8);
    }
}
