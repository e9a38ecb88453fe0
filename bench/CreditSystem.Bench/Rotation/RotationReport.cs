using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CreditSystem.Bench.Rotation;

/// <summary>What happened when, as it happens and as a document at the end.</summary>
internal sealed class RotationReport(TimeProvider time, TextWriter output)
{
    private const int ShownFailures = 20;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
    };

    private readonly long _start = time.GetTimestamp();
    private readonly List<Event> _events = [];
    private readonly ConcurrentQueue<Failure> _failures = [];

    public bool HasFailedEvents => _events.Exists(happened => happened.Error is not null);

    private double Seconds => Math.Round(time.GetElapsedTime(_start).TotalSeconds, 1);

    /// <summary>Carries out an event. Its failure fails the run, but not the events after it.</summary>
    public async Task RunAsync(string name, Func<Task> happen, CancellationToken cancellationToken)
    {
        var at = Seconds;
        string? error = null;
        try
        {
            await happen();
        }
        catch (Exception exception) when (IsAnswer(exception, cancellationToken))
        {
            error = exception.Message;
        }

        var happened = new Event(name, at, Math.Round(Seconds - at, 1), error);
        _events.Add(happened);
        await output.WriteLineAsync(
            string.Create(CultureInfo.InvariantCulture, $"{at,6:0.0} s  {name}{(error is null ? "" : $"  FAILED: {error}")}"));
    }

    /// <summary>What a server says or leaves unsaid, a call that was given up by its own time limit among it.</summary>
    private static bool IsAnswer(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or InvalidOperationException or TimeoutException
            or MongoDB.Driver.MongoException or StackExchange.Redis.RedisException
        || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    public void Failed(string request, string reason) => _failures.Enqueue(new Failure(request, Seconds, reason));

    public async Task FinishAsync(
        SteadyLoad load, IReadOnlyList<ProcessorUse> processors, FileInfo? file, CancellationToken cancellationToken)
    {
        foreach (var failure in _failures.Take(ShownFailures))
            await WriteAsync($"{failure.AtSeconds,6:0.0} s  {failure.Request} failed: {failure.Reason}");
        var (median, p99, longest) = (load.Percentile(0.5), load.Percentile(0.99), load.Percentile(1));
        await WriteAsync(
            $"{load.Requests} requests, {load.Failed} failed; median {median:0.0} ms, 99 % within {p99:0.0} ms, longest {longest:0} ms.");
        await WriteAsync($"{load.Handshakes} connections were made; at most {load.MostUnanswered} requests had no answer yet.");
        var each = string.Join(", ", processors.Select(use => Text($"{use.Process} {use.Seconds * 1e6 / load.Requests:0} µs")));
        await WriteAsync($"Processor time of a request: {each}.");
        var inUse = processors.Sum(use => use.Seconds) / Seconds;
        await WriteAsync($"{inUse:0.00} of {Environment.ProcessorCount} processors were in use.");
        if (file is null)
            return;
        var document = new Document(
            load.Requests, load.Failed, median, p99, longest, load.Handshakes, load.MostUnanswered, processors, _events, [.. _failures]);
        await File.WriteAllTextAsync(file.FullName, JsonSerializer.Serialize(document, Json), cancellationToken);
    }

    private Task WriteAsync(FormattableString line) => output.WriteLineAsync(Text(line));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    internal sealed record Event(string Name, double AtSeconds, double TookSeconds, string? Error);

    internal sealed record Failure(string Request, double AtSeconds, string Reason);

    internal sealed record Document(
        int Requests, int Failed, double MedianMilliseconds, double P99Milliseconds, double MaxMilliseconds, int Handshakes,
        int MostUnanswered, IReadOnlyList<ProcessorUse> Processors, IReadOnlyList<Event> Events, IReadOnlyList<Failure> Failures);
}

/// <summary>How long a process of the system has used a processor while the load lasted.</summary>
internal sealed record ProcessorUse(string Process, double Seconds);
