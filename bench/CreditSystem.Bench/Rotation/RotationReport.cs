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
    public async Task RunAsync(string name, Func<Task> happen)
    {
        var at = Seconds;
        string? error = null;
        try
        {
            await happen();
        }
        catch (Exception exception) when (exception is HttpRequestException or InvalidOperationException or TimeoutException or MongoDB.Driver.MongoException or StackExchange.Redis.RedisException)
        {
            error = exception.Message;
        }

        var happened = new Event(name, at, Math.Round(Seconds - at, 1), error);
        _events.Add(happened);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{at,6:0.0} s  {name}{(error is null ? "" : $"  FAILED: {error}")}"));
    }

    public void Failed(string request, string reason) => _failures.Enqueue(new Failure(request, Seconds, reason));

    public async Task FinishAsync(SteadyLoad load, FileInfo? file, CancellationToken cancellationToken)
    {
        foreach (var failure in _failures.Take(ShownFailures))
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{failure.AtSeconds,6:0.0} s  {failure.Request} failed: {failure.Reason}"));
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{load.Requests} requests, {load.Failed} failed; median {load.Percentile(0.5):0.0} ms, 99 % within {load.Percentile(0.99):0.0} ms, longest {load.Percentile(1):0} ms."));
        if (file is null)
            return;
        var document = new Document(load.Requests, load.Failed, load.Percentile(0.5), load.Percentile(0.99), load.Percentile(1), _events, [.. _failures]);
        await File.WriteAllTextAsync(file.FullName, JsonSerializer.Serialize(document, Json), cancellationToken);
    }

    internal sealed record Event(string Name, double AtSeconds, double TookSeconds, string? Error);

    internal sealed record Failure(string Request, double AtSeconds, string Reason);

    internal sealed record Document(int Requests, int Failed, double MedianMilliseconds, double P99Milliseconds, double MaxMilliseconds, IReadOnlyList<Event> Events, IReadOnlyList<Failure> Failures);
}
