using System.CommandLine;

namespace CreditSystem.Bench.Proxy;

/// <summary><c>proxy</c>: vault-proxy beside nginx and a YARP alone, before the same upstream, under the same load, in turns.</summary>
internal static class ProxyCommand
{
    internal static Command Create()
    {
        var json = new Option<FileInfo?>("--json") { Description = "Where the result is written as JSON." };
        var seconds = new Option<int>("--seconds") { Description = "Length of one run.", DefaultValueFactory = _ => 5 };
        var rounds = new Option<int>("--rounds") { Description = "Runs of each server; the median counts.", DefaultValueFactory = _ => 5 };
        var connections = new Option<int>("--connections") { Description = "Kept-alive connections of the load.", DefaultValueFactory = _ => 32 };
        var command = new Command("proxy", "vault-proxy beside nginx and a bare YARP: KV reads, cache off and on, and the upstream itself as the limit.") { json, seconds, rounds, connections };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(new ProxyLoad(parsed.GetValue(seconds), parsed.GetValue(rounds), parsed.GetValue(connections)), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ProxyLoad load, FileInfo? json, CancellationToken cancellationToken)
    {
        var missing = new[] { ("nginx", "nginx-light"), ("wrk", "wrk"), ("taskset", "util-linux") }.Where(tool => Tool.Find(tool.Item1) is null).ToList();
        if (missing.Count > 0)
        {
            await Console.Error.WriteLineAsync($"Missing: {string.Join(", ", missing.Select(tool => tool.Item1))}. Install with: apt-get install -y --no-install-recommends {string.Join(' ', missing.Select(tool => tool.Item2))}");
            return 2;
        }

        var result = await ProxyBenchmark.RunAsync(load, cancellationToken);
        await Console.Out.WriteLineAsync(result.ToMarkdown());
        if (json is not null)
            await File.WriteAllTextAsync(json.FullName, result.ToJson(), cancellationToken);
        return 0;
    }
}

internal sealed record ProxyLoad(int Seconds, int Rounds, int Connections);
