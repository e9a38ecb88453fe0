using System.Text.Json.Nodes;

namespace CreditSystem.Bench.Chaos;

/// <summary>Reads the invariants all the time; what cannot be read while servers are down is read again.</summary>
internal sealed class Auditor(HttpClient[] replicas, Action<string> progress)
{
    public bool AllHeld { get; private set; } = true;

    public int Checks { get; private set; }

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await CheckAsync();
            await Task.Delay(1000, stopping).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    /// <summary>Whether the invariants hold on the replica whose turn it is; null when it does not answer.</summary>
    public async Task<bool?> CheckAsync()
    {
        try
        {
            using var response = await replicas[Checks % replicas.Length].GetAsync("/v1/invariants");
            if (!response.IsSuccessStatusCode)
                return null;
            var report = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
            Checks++;
            var holds = (bool)report["holds"]!;
            if (!holds)
            {
                AllHeld = false;
                progress($"an invariant does not hold: {report.ToJsonString()}");
            }
            return holds;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or IOException)
        {
            return null;
        }
    }

    public async Task<bool> IsChainIntactAsync()
    {
        foreach (var replica in replicas)
        {
            var report = JsonNode.Parse(await replica.GetStringAsync("/v1/audit/verify"))!;
            if (!(bool)report["intact"]!)
            {
                progress($"the chain is broken: {report.ToJsonString()}");
                return false;
            }
        }
        return true;
    }
}
