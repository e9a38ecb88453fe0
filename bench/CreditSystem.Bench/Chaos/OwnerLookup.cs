using System.Globalization;
using System.Text.Json.Nodes;
using CreditSystem.Bench.Processes;
using CreditSystem.Ledger;
using CreditSystem.Ledger.Log;

namespace CreditSystem.Bench.Chaos;

/// <summary>
/// Which replica owns the log of the bank, and whether all is as it should be: what an operator asks the management port.
/// </summary>
internal sealed class OwnerLookup : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly int partition = new LedgerLayout(new LedgerOptions().Partitions).PartitionOf(TestBed.Tenant);
    private readonly HttpClient client = new() { Timeout = TimeSpan.FromSeconds(4) };
    private readonly int[] ports;

    public OwnerLookup(int replicas) => ports = [.. Enumerable.Range(0, replicas).Select(_ => ServerProcess.FreePort())];

    /// <summary>What a replica has to be started with to be asked.</summary>
    public Dictionary<string, string> SettingsOf(int replica) => new()
    {
        ["Management__Port"] = ports[replica].ToString(CultureInfo.InvariantCulture),
        ["Cluster__Name"] = NameOf(replica),
    };

    /// <summary>The owner, as the first of these says that answers; null where none does, or there is no owner.</summary>
    public async Task<int?> OwnerAsync(IEnumerable<int> askable)
    {
        foreach (var replica in askable)
            if (await AskAsync(replica) is { } report)
                return (string?)report["partitions"]![partition]!["owners"]!.AsArray().FirstOrDefault() is { } name
                    ? Enumerable.Range(0, ports.Length).First(other => NameOf(other) == name)
                    : null;
        return null;
    }

    /// <summary>Waits until all replicas are members, and every log has one owner.</summary>
    /// <returns>Whether that came about in time.</returns>
    public async Task<bool> WaitUntilSettledAsync(TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        while (!limit.IsCancellationRequested)
        {
            if (await AskAsync(0) is { } report && (bool)report["settled"]!
                && report["replicas"]!.AsArray().Count(replica => (string?)replica!["state"] is "active" or "single") == ports.Length)
                return true;
            await Task.Delay(Pause, CancellationToken.None);
        }
        return false;
    }

    public void Dispose() => client.Dispose();

    private static string NameOf(int replica) => $"replica-{replica + 1}";

    private async Task<JsonNode?> AskAsync(int replica)
    {
        try
        {
            return JsonNode.Parse(await client.GetStringAsync(new Uri($"http://127.0.0.1:{ports[replica]}/ledger/partitions")));
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or IOException)
        {
            return null;
        }
    }
}
