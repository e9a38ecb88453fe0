using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace CreditSystem.Bench.Rotation;

/// <summary>
/// As many requests a second as asked for, whatever the system does (an open loop): what would wait in a closed one is here
/// a request that was late. Half of them transfers, half reads; nothing is sent twice.
/// </summary>
internal sealed class SteadyLoad : IDisposable
{
    private const int Accounts = 40;
    private const int WarmUpRequests = 5_000;

    private readonly RotatedSystem system;
    private readonly int rate;
    private readonly int connections;
    private readonly HttpClient _client;

    private readonly ConcurrentBag<double> _milliseconds = [];
    private readonly List<string> _accounts = [];
    private int _requests;
    private int _failed;
    private int _handshakes;
    private int _unanswered;
    private int _mostUnanswered;

    public SteadyLoad(RotatedSystem system, int rate, int connections)
    {
        (this.system, this.rate, this.connections) = (system, rate, connections);
        _client = new HttpClient(system.CreateHandler(connections, () => Interlocked.Increment(ref _handshakes)))
        {
            BaseAddress = system.ApiAddress,
            Timeout = TimeSpan.FromSeconds(30),
        };
    }

    public int Requests => _requests;

    public int Failed => _failed;

    /// <summary>How many connections it has made.</summary>
    public int Handshakes => _handshakes;

    /// <summary>How many requests there were at most at one moment that had no answer yet.</summary>
    public int MostUnanswered => _mostUnanswered;

    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < Accounts; i++)
        {
            var account = new JsonObject { ["holder"] = $"holder-{i}", ["credit_limit"] = 1_000_000_000 };
            using var answer = await SendAsync(HttpMethod.Post, "/v1/accounts", account, cancellationToken);
            if (!answer.IsSuccessStatusCode)
                throw new InvalidOperationException(
                    $"An account could not be opened: {(int)answer.StatusCode} "
                    + await answer.Content.ReadAsStringAsync(cancellationToken));
            _accounts.Add((string)(await answer.Content.ReadFromJsonAsync<JsonObject>(cancellationToken))!["id"]!);
        }

        await WarmUpAsync(cancellationToken);
    }

    /// <summary>No service gets its whole load in its first second, before its code is compiled. A failure here ends the run.</summary>
    private Task WarmUpAsync(CancellationToken cancellationToken) => Task.WhenAll(Enumerable.Range(0, connections).Select(async one =>
    {
        for (var number = one; number < WarmUpRequests; number += connections)
        {
            using var answer = await SendNumberAsync(number);
            answer.EnsureSuccessStatusCode();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }));

    public async Task RunAsync(RotationReport report, CancellationToken ending)
    {
        var (start, sent) = (system.Time.GetTimestamp(), new List<Task>());
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(5), system.Time);
        try
        {
            while (await ticks.WaitForNextTickAsync(ending))
            {
                for (var due = (int)(system.Time.GetElapsedTime(start).TotalSeconds * rate); _requests < due;)
                    sent.Add(SendOneAsync(Interlocked.Increment(ref _requests), report));
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // Those that are under way still count.
        }

        await Task.WhenAll(sent);
    }

    /// <summary>In milliseconds.</summary>
    public double Percentile(double part)
    {
        var sorted = _milliseconds.Order().ToArray();
        return sorted.Length == 0 ? 0 : Math.Round(sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * part))], 1);
    }

    public void Dispose() => _client.Dispose();

    private async Task SendOneAsync(int number, RotationReport report)
    {
        var start = system.Time.GetTimestamp();
        var unanswered = Interlocked.Increment(ref _unanswered);
        _mostUnanswered = Math.Max(_mostUnanswered, unanswered);
        try
        {
            using var answer = await SendNumberAsync(number);
            if (!answer.IsSuccessStatusCode)
                Fail($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(CancellationToken.None)}");
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            Fail(exception.Message);
        }

        Interlocked.Decrement(ref _unanswered);
        _milliseconds.Add(system.Time.GetElapsedTime(start).TotalMilliseconds);

        void Fail(string reason)
        {
            Interlocked.Increment(ref _failed);
            report.Failed(IsTransfer(number) ? "POST /v1/transfers" : "GET /v1/accounts/{id}/balance", reason);
        }
    }

    private static bool IsTransfer(int number) => number % 2 == 0;

    private Task<HttpResponseMessage> SendNumberAsync(int number)
    {
        var (from, to) = (_accounts[number % Accounts], _accounts[(number + 1 + number / Accounts % (Accounts - 1)) % Accounts]);
        return IsTransfer(number)
            ? SendAsync(HttpMethod.Post, "/v1/transfers", new JsonObject { ["from"] = from, ["to"] = to, ["amount"] = 1 },
                CancellationToken.None)
            : SendAsync(HttpMethod.Get, $"/v1/accounts/{from}/balance", body: null, CancellationToken.None);
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", system.NextAccessToken());
        if (body is not null)
            request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        return await _client.SendAsync(request, cancellationToken);
    }
}
