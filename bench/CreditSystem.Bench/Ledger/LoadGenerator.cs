using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace CreditSystem.Bench.Ledger;

/// <summary>Asks the API as fast as it answers, over a number of connections.</summary>
/// <param name="addresses">Where: connections are spread evenly.</param>
/// <param name="token">As whom.</param>
internal sealed class LoadGenerator(IReadOnlyList<Uri> addresses, string token)
{
    public LoadGenerator(Uri address, string token)
        : this([address], token)
    {
    }

    private readonly List<string> accounts = [];

    /// <summary>The same accounts through other replicas.</summary>
    public LoadGenerator Through(IReadOnlyList<Uri> others)
    {
        var load = new LoadGenerator(others, token);
        load.accounts.AddRange(accounts);
        return load;
    }

    public int AccountCount => accounts.Count;

    public string Account(int number) => accounts[number];

    /// <summary>Opens accounts until there are so many, and gives each something to spend.</summary>
    public async Task GrowAsync(int count, CancellationToken cancellationToken)
    {
        var first = accounts.Count;
        var opened = new string[Math.Max(count - first, 0)];
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, 64).Select(async _ =>
        {
            using var connection = await ConnectAsync(cancellationToken);
            for (var i = Interlocked.Increment(ref next); i < opened.Length; i = Interlocked.Increment(ref next))
            {
                var (status, body) = await SendUntilTakenAsync(connection, "/v1/accounts", $"{{\"holder\":\"holder-{first + i}\"}}", $"open-{first + i}", cancellationToken);
                opened[i] = status == 201 ? IdOf(body.Span) : throw new InvalidOperationException($"An account was not opened: {status} {Encoding.UTF8.GetString(body.Span)}");
            }
        }));
        accounts.AddRange(opened);
        using var funding = await ConnectAsync(cancellationToken);
        for (var i = first; i < accounts.Count; i += 1000)
        {
            var body = Batch(accounts.Skip(i).Take(1000).Select(account => ("issuance", account, 100_000_000L)));
            var (status, answer) = await SendUntilTakenAsync(funding, "/v1/transfers/batch", body, $"fund-{i}", cancellationToken);
            if (status != 200)
                throw new InvalidOperationException($"Accounts were not funded: {status} {Encoding.UTF8.GetString(answer.Span)}");
        }
    }

    /// <summary>What any client does on 503: the same request with the same key.</summary>
    private static async Task<(int Status, ReadOnlyMemory<byte> Body)> SendUntilTakenAsync(
        HttpConnection connection, string path, string body, string key, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var answer = await connection.SendAsync("POST", path, body, key, cancellationToken);
            if (answer.Status != 503 || attempt == 60)
                return answer;
            await Task.Delay(500, cancellationToken);
        }
    }

    /// <summary>Single transfers between accounts, chosen evenly, or all from one.</summary>
    public Task<Measurement> TransfersAsync(string name, int connections, double seconds, bool hot, CancellationToken cancellationToken, int? among = null) =>
        RunAsync(name, connections, seconds, 1, 201, random =>
        {
            var (from, to) = Pair(random, hot, among ?? accounts.Count);
            return ("POST", "/v1/transfers", $"{{\"from\":\"{from}\",\"to\":\"{to}\",\"amount\":1}}");
        }, cancellationToken);

    public Task<Measurement> BatchesAsync(string name, int connections, double seconds, int size, CancellationToken cancellationToken) =>
        RunAsync(name, connections, seconds, size, 200, random => ("POST", "/v1/transfers/batch", Batch(Enumerable.Range(0, size).Select(_ =>
        {
            var (from, to) = Pair(random, hot: false, accounts.Count);
            return (from, to, 1L);
        }))), cancellationToken);

    public Task<Measurement> BalancesAsync(string name, int connections, double seconds, CancellationToken cancellationToken) =>
        RunAsync(name, connections, seconds, 1, 200, random => ("GET", $"/v1/accounts/{accounts[random.Next(accounts.Count)]}/balance", null), cancellationToken);

    /// <summary>Balances at a time between the beginning and now, chosen evenly.</summary>
    public Task<Measurement> PastBalancesAsync(string name, int connections, double seconds, DateTimeOffset began, CancellationToken cancellationToken)
    {
        var length = TimeProvider.System.GetUtcNow() - began;
        return RunAsync(name, connections, seconds, 1, 200, random =>
            ("GET", $"/v1/accounts/{accounts[random.Next(accounts.Count)]}/balance?at={began + length * random.NextDouble():yyyy-MM-ddTHH:mm:ss.fffZ}", null), cancellationToken);
    }

    private (string From, string To) Pair(Random random, bool hot, int among)
    {
        var from = hot ? 0 : random.Next(among);
        var to = random.Next(among - 1);
        return (accounts[from], accounts[to < from ? to : to + 1]);
    }

    /// <summary>Sends what <paramref name="next"/> says, over all connections, until the time is up.</summary>
    public async Task<Measurement> RunAsync(
        string name, int connections, double seconds, int perRequest, int expected,
        Func<Random, (string Method, string Path, string? Body)> next, CancellationToken cancellationToken)
    {
        var latencies = new List<double>[connections];
        var failures = 0;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(number => Task.Run(async () =>
        {
            var (random, own) = (new Random(number), latencies[number] = []);
            using var connection = await ConnectAsync(cancellationToken, number);
            while (clock.Elapsed.TotalSeconds < seconds)
            {
                var (method, path, body) = next(random);
                var started = Stopwatch.GetTimestamp();
                var (status, _) = await connection.SendAsync(method, path, body, Guid.NewGuid().ToString("N"), cancellationToken);
                if (status == expected)
                    own.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                else
                    Interlocked.Increment(ref failures);
            }
        }, cancellationToken)));
        var medians = Enumerable.Range(0, addresses.Count).Select(address =>
            Measurement.At([.. latencies.Where((_, number) => number % addresses.Count == address).SelectMany(own => own).Order()], 0.5));
        return Measurement.Of(name, connections, [.. latencies.SelectMany(own => own)], clock.Elapsed.TotalSeconds, perRequest, failures) with
        {
            Medians = [.. medians],
        };
    }

    /// <summary>Does something over each of several connections at once.</summary>
    public Task ConnectionsAsync(int connections, Func<HttpConnection, Task> use, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            using var connection = await ConnectAsync(cancellationToken);
            await use(connection);
        }, cancellationToken)));

    private async Task<HttpConnection> ConnectAsync(CancellationToken cancellationToken, int number = 0)
    {
        var connection = new HttpConnection(addresses[number % addresses.Count], token);
        await connection.ConnectAsync(cancellationToken);
        return connection;
    }

    /// <summary>The body of a batch.</summary>
    public static string Batch(IEnumerable<(string From, string To, long Amount)> transfers)
    {
        var body = new StringBuilder("{\"transfers\":[");
        foreach (var (from, to, amount) in transfers)
        {
            body.Append(body[^1] == '}' ? "," : "").Append(CultureInfo.InvariantCulture, $"{{\"from\":\"{from}\",\"to\":\"{to}\",\"amount\":{amount}");
            body.Append(from == "issuance" ? ",\"kind\":\"purchase\"}" : "}");
        }
        return body.Append("]}").ToString();
    }

    private static string IdOf(ReadOnlySpan<byte> body)
    {
        var at = body.IndexOf("\"id\":\""u8) + 6;
        return Encoding.ASCII.GetString(body.Slice(at, 36));
    }
}
