using System.Collections.Concurrent;
using System.Net.Http.Headers;
using CreditSystem.Testing;

namespace CreditSystem.Tests.Operations;

/// <summary>One caller that never stops: a transfer, a balance, a transfer. Nothing is sent twice, and every failure is kept.</summary>
internal sealed class SteadyRequests : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource ending = new();
    private readonly HttpClient client;
    private readonly ConcurrentQueue<string> failures = [];
    private Task running = Task.CompletedTask;
    private int served;

    public SteadyRequests(Uri api, string token)
    {
        client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = api, Timeout = TimeSpan.FromSeconds(10) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public int Served => served;

    public IReadOnlyCollection<string> Failures => failures;

    public async Task StartAsync()
    {
        var from = await client.OpenAsync("payer", creditLimit: 1_000_000);
        var to = await client.OpenAsync("payee");
        running = RunAsync(from, to);
    }

    /// <summary>Waits until as many more have been served.</summary>
    public async Task ServeAsync(int more)
    {
        var enough = served + more;
        while (served < enough && failures.IsEmpty)
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await running;
        client.Dispose();
        ending.Dispose();
    }

    private async Task RunAsync(string from, string to)
    {
        for (var number = 0; !ending.IsCancellationRequested; number++)
        {
            try
            {
                var answer = number % 2 == 0 ? await client.MoveAsync(from, to, amount: 1) : await client.ReadAsync($"/v1/accounts/{to}/balance");
                if (answer.Response.IsSuccessStatusCode)
                    Interlocked.Increment(ref served);
                else
                    failures.Enqueue($"{answer.Status} {answer.Text}");
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
            {
                failures.Enqueue(exception.Message);
            }

            await Task.Delay(Pause, CancellationToken.None);
        }
    }
}
