using System.Globalization;
using System.Text;
using CreditSystem.Bench.Ledger;

namespace CreditSystem.Bench.Lists;

/// <summary>What lists are asked for: holds and grants of which nearly all have ended, and transfers with a name.</summary>
internal sealed class ListedData(LoadGenerator load)
{
    private const int Connections = 64;
    private const int EndedOf = 1000;

    private int named;

    public string Reference(Random random) => $"reference-{random.Next(named)}";

    public string Value(Random random) => $"order-{random.Next(named / ListsPlan.PerValue)}";

    public async Task HoldsAndGrantsAsync(int count, CancellationToken cancellationToken)
    {
        await EachAsync(count, async (connection, i) =>
        {
            var body = $"{{\"account\":\"{AccountOf(i)}\",\"amount\":1,\"expires_in_seconds\":86400}}";
            var hold = await SendAsync(connection, "/v1/holds", body, $"hold-{i}", cancellationToken);
            if (i % EndedOf != 0)
                await SendAsync(connection, $"/v1/holds/{hold}/void", "{}", $"hold-void-{i}", cancellationToken);
        }, cancellationToken);
        await EachAsync(count, async (connection, i) =>
        {
            var body = $"{{\"account\":\"{AccountOf(i)}\",\"amount\":1,\"promotional\":true}}";
            var grant = await SendAsync(connection, "/v1/grants", body, $"grant-{i}", cancellationToken);
            if (i % EndedOf != 0)
                await SendAsync(
                    connection, $"/v1/grants/{grant}/void", "{}", $"grant-void-{i}", cancellationToken);
        }, cancellationToken);
    }

    public async Task NamedAsync(CancellationToken cancellationToken)
    {
        var first = named;
        await EachAsync(ListsPlan.Named, (connection, i) =>
        {
            var number = first + i;
            var body = string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"from\":\"{AccountOf(number)}\",\"to\":\"{AccountOf(number + 1)}\",\"amount\":1,"
                + $"\"reference\":\"reference-{number}\","
                + $"\"metadata\":{{\"order\":\"order-{number / ListsPlan.PerValue}\"}}}}");
            return SendAsync(connection, "/v1/transfers", body, $"named-{number}", cancellationToken);
        }, cancellationToken);
        named += ListsPlan.Named;
    }

    private string AccountOf(int number) => load.Account(number % load.AccountCount);

    private async Task EachAsync(int count, Func<HttpConnection, int, Task> make, CancellationToken cancellationToken)
    {
        var next = -1;
        await load.ConnectionsAsync(Connections, async connection =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < count;)
                await make(connection, i);
        }, cancellationToken);
    }

    /// <returns>The id that the answer begins with.</returns>
    private static async Task<string> SendAsync(
        HttpConnection connection, string path, string body, string key, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < 60; attempt++)
        {
            var (status, answer) = await connection.SendAsync("POST", path, body, key, cancellationToken);
            var text = Encoding.UTF8.GetString(answer.Span);
            if (status is 200 or 201)
                return text.IndexOf("\"id\":\"", StringComparison.Ordinal) is >= 0 and var at ? text.Substring(at + 6, 36) : "";
            if (status != 503)
                throw new InvalidOperationException($"{path} was answered {status}: {text}");
            await Task.Delay(500, cancellationToken);
        }
        throw new InvalidOperationException($"{path} was answered 503 for half a minute.");
    }
}
