namespace CreditSystem.Bench.Proxy;

internal static class ProxyBenchmark
{
    private const int WarmUpSeconds = 4;
    private const int MaxWarmUps = 12;

    internal static async Task<ProxyResult> RunAsync(ProxyLoad load, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("proxy-bench-").FullName;
        try
        {
            await using var upstream = await Servers.StartUpstreamAsync(folder, cancellationToken);
            await using var nginx = await Servers.StartNginxAsync(folder, upstream.Port, cancellationToken);
            await using var yarp = await Servers.StartYarpAsync(folder, upstream.Port, cancellationToken);
            await using var proxy = await Servers.StartProxyAsync("vault-proxy", folder, upstream.Port, cache: false, cancellationToken);
            await using var cached = await Servers.StartProxyAsync("vault-proxy, cache on", folder, upstream.Port, cache: true, cancellationToken);
            return await MeasureAsync([upstream, nginx, yarp, proxy, cached], load, folder, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // In turns, so that whatever else the machine does meets all of them.
    private static async Task<ProxyResult> MeasureAsync(Server[] servers, ProxyLoad load, string folder, CancellationToken cancellationToken)
    {
        var runs = servers.ToDictionary(server => server, _ => new List<Run>());
        foreach (var server in servers)
            await WarmUpAsync(server, load, folder, cancellationToken);
        for (var round = 1; round <= load.Rounds; round++)
        {
            foreach (var server in servers)
                runs[server].Add(await Run.MeasureAsync(server, load, load.Seconds, folder, cancellationToken));
            await Console.Error.WriteLineAsync($"round {round}: {string.Join(", ", servers.Select(server => $"{server.Name} {runs[server][^1].RequestsPerSecond:F0}/s"))}");
        }

        return new ProxyResult(load, [.. servers.Select(server => (server.Name, Run.Median(runs[server])))]);
    }

    // A server runs for weeks, and .NET compiles its hot methods again, with what it has learned, in its first minute on one
    // processor: until it gets no faster, and for all alike.
    private static async Task WarmUpAsync(Server server, ProxyLoad load, string folder, CancellationToken cancellationToken)
    {
        var best = 0.0;
        for (var run = 1; run <= MaxWarmUps; run++)
        {
            var (rate, before) = ((await Run.MeasureAsync(server, load, WarmUpSeconds, folder, cancellationToken)).RequestsPerSecond, best);
            best = Math.Max(best, rate);
            if (run > 4 && rate < before * 1.02)
                break;
        }
    }
}
