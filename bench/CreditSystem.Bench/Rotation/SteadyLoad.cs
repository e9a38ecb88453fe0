using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace CreditSystem.Bench.Rotation;

/// <summary>
/// As many requests a second as asked for, whatever the system does (an open loop): what would wait in a closed one is here
/// a request that was late. Half of them transfers, half reads; nothing is sent twice.
/// </summary>
internal sealed class SteadyLoad(RotatedSystem system, int rate) : IDisposable
{
    private const int Accounts = 40;

    private readonly HttpClient _client = new(system.CreateHandler())
    {
        BaseAddress = system.ApiAddress,
        Timeout = TimeSpan.FromSeconds(30),
    };

    private readonly ConcurrentBag<double> _milliseconds = [];
    private readonly List<string> _accounts = [];
    private int _requests;
    private int _failed;

    public int Requests => _requests;

    public int Failed => _failed;

    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < Accounts; i++)
        {
            using var answer = await SendAsync(HttpMethod.Post, "/v1/accounts", new JsonObject { ["holder"] = $"holder-{i}", ["credit_limit"] = 1_000_000_000 }, cancellationToken);
            if (!answer.IsSuccessStatusCode)
                throw new InvalidOperationException($"An account could not be opened: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellationToken)}");
            _accounts.Add((string)(await answer.Content.ReadFromJsonAsync<JsonObject>(cancellationToken))!["id"]!);
        }
    }

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
        var (from, to) = (_accounts[number % Accounts], _accounts[(number + 1 + number / Accounts % (Accounts - 1)) % Accounts]);
        var isTransfer = number % 2 == 0;
        var name = isTransfer ? "POST /v1/transfers" : "GET /v1/accounts/{id}/balance";
        var start = system.Time.GetTimestamp();
        try
        {
            using var answer = isTransfer
                ? await SendAsync(HttpMethod.Post, "/v1/transfers", new JsonObject { ["from"] = from, ["to"] = to, ["amount"] = 1 }, CancellationToken.None)
                : await SendAsync(HttpMethod.Get, $"/v1/accounts/{from}/balance", body: null, CancellationToken.None);
            if (!answer.IsSuccessStatusCode)
                Fail($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(CancellationToken.None)}");
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            Fail(exception.Message);
        }

        _milliseconds.Add(system.Time.GetElapsedTime(start).TotalMilliseconds);

        void Fail(string reason)
        {
            Interlocked.Increment(ref _failed);
            report.Failed(name, reason);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", system.NextAccessToken());
        if (body is not null)
            request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        return await _client.SendAsync(request, cancellationToken);
    }
}
