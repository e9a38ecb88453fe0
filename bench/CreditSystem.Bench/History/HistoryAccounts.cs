using System.Globalization;
using System.Text.Json.Nodes;
using CreditSystem.Bench.Ledger;

namespace CreditSystem.Bench.History;

/// <summary>An account whose history is read, and where pages and periods of it begin.</summary>
/// <param name="Id">The account.</param>
/// <param name="Cursors">Places in its history, from the newest to the oldest.</param>
/// <param name="Times">The times of entries, newest first, RFC 3339 and ready for a query.</param>
internal sealed record HistoryAccount(string Id, List<string> Cursors, List<string> Times);

/// <summary>
/// Accounts of several kinds, filled through the API: in every transfer, in one of ten, in few of a block, and one by one.
/// </summary>
internal sealed class HistoryAccounts(LoadGenerator load, HistoryPlan plan)
{
    private const int Connections = 4;
    private const int PageSize = 200;
    private const int Hot = 0;
    private const int Tenth = 1;
    private const int FirstSingle = 2;
    private const int FirstSparse = FirstSingle + HistoryPlan.SingleAccounts;

    /// <summary>By the name of the kind.</summary>
    public Dictionary<string, List<HistoryAccount>> Kinds { get; } = [];

    public async Task FillAsync(CancellationToken cancellationToken)
    {
        await load.GrowAsync(FirstSparse + HistoryPlan.SparseAccounts, cancellationToken);
        await BatchesAsync(plan.Entries / HistoryPlan.BatchSize, random => (Hot, Sparse(random)), cancellationToken);
        await BatchesAsync(plan.Entries * 10 / HistoryPlan.BatchSize, SomeOfTenth, cancellationToken);
        var next = -1;
        await load.ConnectionsAsync(HistoryPlan.Readers, async connection =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < plan.Singles;)
            {
                var (from, to) = (i % HistoryPlan.SingleAccounts, (i + 1) % HistoryPlan.SingleAccounts);
                await SendAsync(
                    connection, "/v1/transfers",
                    $"{{\"from\":\"{load.Account(FirstSingle + from)}\",\"to\":\"{load.Account(FirstSingle + to)}\",\"amount\":1}}",
                    $"single-{i}", 201, cancellationToken);
            }
        }, cancellationToken);
    }

    /// <summary>Learns where pages begin, and when the entries were made.</summary>
    public async Task ExploreAsync(HttpClient client, CancellationToken cancellationToken)
    {
        Kinds["in every transfer"] = [await TraceAsync(client, Hot, int.MaxValue, cancellationToken)];
        Kinds["in one of ten"] = [await TraceAsync(client, Tenth, int.MaxValue, cancellationToken)];
        Kinds["in few of a block"] = await TraceAsync(client, Enumerable.Range(FirstSparse, HistoryPlan.SparseAccounts), cancellationToken);
        Kinds["one by one"] = await TraceAsync(client, Enumerable.Range(FirstSingle, HistoryPlan.SingleAccounts), cancellationToken);
    }

    private (int From, int To) SomeOfTenth(Random random)
    {
        var (from, to) = (Sparse(random), Sparse(random));
        // Not to oneself; and as many debits as credits, or it could not pay.
        to = to == from ? FirstSparse + (to - FirstSparse + 1) % HistoryPlan.SparseAccounts : to;
        return random.Next(20) switch { 0 => (Tenth, to), 1 => (from, Tenth), _ => (from, to) };
    }

    private static int Sparse(Random random) => FirstSparse + random.Next(HistoryPlan.SparseAccounts);

    private async Task BatchesAsync(int count, Func<Random, (int From, int To)> pair, CancellationToken cancellationToken)
    {
        var next = -1;
        await load.ConnectionsAsync(Connections, async connection =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < count;)
            {
                var random = new Random(i);
                var body = LoadGenerator.Batch(Enumerable.Range(0, HistoryPlan.BatchSize).Select(_ =>
                {
                    var (from, to) = pair(random);
                    return (load.Account(from), load.Account(to), 1L);
                }));
                await SendAsync(connection, "/v1/transfers/batch", body, Guid.NewGuid().ToString("N"), 200, cancellationToken);
            }
        }, cancellationToken);
    }

    private static async Task SendAsync(
        HttpConnection connection, string path, string body, string key, int expected, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < 60; attempt++)
        {
            var (status, _) = await connection.SendAsync("POST", path, body, key, cancellationToken);
            if (status == expected)
                return;
            if (status != 503)
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{path} was answered {status}."));
            await Task.Delay(500, cancellationToken);
        }
        throw new InvalidOperationException($"{path} was answered 503 for half a minute.");
    }

    private async Task<List<HistoryAccount>> TraceAsync(HttpClient client, IEnumerable<int> numbers, CancellationToken cancellationToken)
    {
        var found = new List<HistoryAccount>();
        // Some are enough to say what was when.
        foreach (var number in numbers)
            found.Add(found.Count < HistoryPlan.SingleAccounts
                ? await TraceAsync(client, number, 2, cancellationToken)
                : new HistoryAccount(load.Account(number), found[0].Cursors[..0], found[number % HistoryPlan.SingleAccounts].Times));
        return found;
    }

    private async Task<HistoryAccount> TraceAsync(HttpClient client, int number, int pages, CancellationToken cancellationToken)
    {
        var account = new HistoryAccount(load.Account(number), [], []);
        for (var cursor = ""; cursor is not null && pages-- > 0;)
        {
            var text = await client.GetStringAsync($"/v1/accounts/{account.Id}/entries?limit={PageSize}{cursor}", cancellationToken);
            var page = JsonNode.Parse(text)!;
            account.Times.AddRange(page["entries"]!.AsArray().Select(entry => Uri.EscapeDataString((string)entry!["effective_at"]!)));
            cursor = (string?)page["next_cursor"] is { } next ? $"&cursor={next}" : null;
            if (cursor is not null)
                account.Cursors.Add(cursor);
        }
        return account;
    }
}
