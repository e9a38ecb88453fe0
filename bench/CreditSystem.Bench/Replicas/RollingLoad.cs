using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CreditSystem.Bench.Ledger;

namespace CreditSystem.Bench.Replicas;

/// <summary>Clients of a Service whose endpoints change: they ask once, and an answer other than success is a failure.</summary>
internal sealed class RollingLoad(string token) : IDisposable
{
    private readonly ConcurrentBag<double> before = [];
    private readonly ConcurrentBag<double> during = [];
    private readonly ConcurrentQueue<string> failures = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly string[] accounts = new string[2];
    private readonly HttpClient client = new(new SocketsHttpHandler { MaxConnectionsPerServer = 64 });
    private volatile Uri[] addresses = [];
    private volatile ConcurrentBag<double> times = [];
    private Task running = Task.CompletedTask;

    public void Through(Uri[] others) => addresses = others;

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        for (var i = 0; i < accounts.Length; i++)
        {
            using var opened = await SendAsync("/v1/accounts", new { holder = $"holder-{i}" }, cancellationToken);
            accounts[i] = (string)JsonNode.Parse(await opened.Content.ReadAsStringAsync(cancellationToken))!["id"]!;
        }
        using var funded = await SendAsync(
            "/v1/transfers", new { from = "issuance", to = accounts[0], amount = 100_000_000, kind = "purchase" }, cancellationToken);
        if (!funded.IsSuccessStatusCode)
            throw new InvalidOperationException($"{funded.StatusCode} {await funded.Content.ReadAsStringAsync(cancellationToken)}");
    }

    /// <summary>Begins, and completes when it is warm and has worked undisturbed for a while.</summary>
    public async Task StartAsync(int clients, TimeSpan undisturbed, Action<string> progress, CancellationToken cancellationToken)
    {
        running = Task.WhenAll(Enumerable.Range(0, clients).Select(number => Task.Run(() => RunAsync(number), cancellationToken)));
        await Task.Delay(undisturbed, cancellationToken);
        times = before;
        await Task.Delay(undisturbed, cancellationToken);
        progress($"{before.Count} transfers undisturbed");
    }

    public void BeginUpdate() => times = during;

    public async Task<RollingResult> StopAsync()
    {
        await stopping.CancelAsync();
        await running;
        return new RollingResult(
            before.Count + during.Count, failures.Count, Measurement.At([.. before.Order()], 0.99),
            Measurement.At([.. during.Order()], 0.99), failures.FirstOrDefault());
    }

    public void Dispose()
    {
        client.Dispose();
        stopping.Dispose();
    }

    private async Task RunAsync(int number)
    {
        for (var i = number; !stopping.IsCancellationRequested; i++)
        {
            var started = Stopwatch.GetTimestamp();
            try
            {
                using var response = await SendAsync(
                    "/v1/transfers", new { from = accounts[0], to = accounts[1], amount = 1 }, CancellationToken.None, i);
                if ((int)response.StatusCode == 201)
                    times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                else
                    failures.Enqueue($"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
            }
            catch (HttpRequestException exception)
            {
                failures.Enqueue(exception.ToString());
            }
        }
    }

    private async Task<HttpResponseMessage> SendAsync(string path, object body, CancellationToken cancellationToken, int number = 0)
    {
        var live = addresses;
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(live[number % live.Length], path))
        {
            Content = JsonContent.Create(body),
        };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString("N"));
        return await client.SendAsync(request, cancellationToken);
    }
}
