using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace CreditSystem.Bench.Chaos;

/// <summary>A transfer that a client has an answer for: 201 with its id, or a refusal by the state of the ledger.</summary>
internal sealed record Answered(string Key, int From, int To, long Amount, int Status, string? Transfer);

/// <summary>Transfers until it is told to stop, and asks again with the same key until there is an answer.</summary>
internal sealed class BankClient(HttpClient[] replicas, string[] accounts, int seed, Killer killer, Takeovers takeovers)
{
    private readonly Random random = new(seed);

    public List<Answered> Answers { get; } = [];

    public int Retries { get; private set; }

    public async Task RunAsync(CancellationToken stopping)
    {
        for (var number = 0; !stopping.IsCancellationRequested; number++)
        {
            var (from, to) = (random.Next(accounts.Length), random.Next(accounts.Length - 1));
            Answers.Add(await TransferAsync($"chaos-{seed}-{number}", from, to < from ? to : to + 1, random.Next(1, 40)));
        }
    }

    /// <summary>The answer to a key, however long it takes.</summary>
    public async Task<Answered> TransferAsync(string key, int from, int to, long amount)
    {
        var (started, isOfService) = (Stopwatch.GetTimestamp(), true);
        while (true)
        {
            var replica = random.Next(replicas.Length);
            // One that hangs keeps a request until the client gives up: no matter of who owns the log.
            isOfService &= !killer.IsSuspended(replica);
            if (await TryAsync(replicas[replica], key, from, to, amount) is { } answered)
            {
                if (isOfService)
                    takeovers.OnAnswered(started);
                return answered;
            }
            Retries++;
            await Task.Delay(random.Next(20, 200));
        }
    }

    private async Task<Answered?> TryAsync(HttpClient replica, string key, int from, int to, long amount)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/transfers")
            {
                Content = JsonContent.Create(new { from = accounts[from], to = accounts[to], amount, reference = key }),
            };
            request.Headers.Add("Idempotency-Key", key);
            using var response = await replica.SendAsync(request);
            var status = (int)response.StatusCode;
            // 409 in flight, 429, and all of 5xx say nothing about the transfer.
            if (status is not (201 or 404 or 422))
                return null;
            var body = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
            return new Answered(key, from, to, amount, status, status == 201 ? (string?)body["id"] : null);
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or IOException)
        {
            return null;
        }
    }
}
