using System.Diagnostics;
using CreditSystem.Bench.Processes;
using CreditSystem.Ledger;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.MongoDb;
using CreditSystem.Ledger.Orleans;
using CreditSystem.Ledger.Partitions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MongoDB.Driver;

namespace CreditSystem.Bench.Replicas;

/// <summary>What a cluster costs a call of the replica that owns the log: an empty command, with and without a cluster.</summary>
internal static class LocalCall
{
    private const int Calls = 2000;
    private const int Turns = 20;

    /// <returns>The difference of the medians, in microseconds.</returns>
    public static async Task<double> MeasureAsync(TestBed bed, CancellationToken cancellationToken)
    {
        var client = new MongoClient(bed.MongoConnectionString);
        using var alone = await StartAsync(client.GetDatabase("local-call-single"), "Single", cancellationToken);
        using var clustered = await StartAsync(client.GetDatabase("local-call"), TestBed.Clustered, cancellationToken);
        var times = new Dictionary<IHost, List<double>> { [alone] = [], [clustered] = [] };
        for (var turn = 0; turn < Turns; turn++)
            foreach (var (host, own) in times)
                await MeasureAsync(PartitionOf(host), turn < Turns / 2 ? [] : own);
        foreach (var host in times.Keys)
            await host.StopAsync(cancellationToken);
        return Median(times[clustered]) - Median(times[alone]);
    }

    private static async Task MeasureAsync(LedgerPartition partition, List<double> times)
    {
        for (var i = 0; i < Calls; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await partition.SubmitAsync([]);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds);
        }
    }

    private static async Task<IHost> StartAsync(IMongoDatabase database, string mode, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(
            [new("Cluster:Mode", mode), new("Cluster:Port", $"{ServerProcess.FreePort()}")]);
        builder.Services.AddMetrics();
        builder.Services.AddLedgerMongoDb(_ => (operation, token) => operation(database, token));
        builder.Services.AddLedger();
        builder.AddLedgerCluster();
        builder.Services.Replace(ServiceDescriptor.Singleton<IBlockStore, NoBlocks>());
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        while (!PartitionOf(host).IsOwned || !PartitionOf(host).IsRecovered)
            await Task.Delay(20, cancellationToken);
        return host;
    }

    private static LedgerPartition PartitionOf(IHost host) => host.Services.GetRequiredService<CreditLedger>().Partitions[0];

    private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);

    /// <summary>A log without blocks that answers at once: what it takes to ask a database is not part of the call.</summary>
    private sealed class NoBlocks : IBlockStore
    {
        public Task<bool> TryAppendAsync(Block block, CancellationToken cancellationToken) => Task.FromResult(true);

        public Task<IReadOnlyList<Block>> ReadAfterAsync(int partition, long number, int limit, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<Block>>([]);

        public Task<int> RulesAsync(int? atLeast, CancellationToken cancellationToken) => Task.FromResult(1);

        public Task<Block?> ReadAsync(int partition, long number, CancellationToken cancellationToken) => Task.FromResult<Block?>(null);

        public Task<long?> ReadClockAsync(CancellationToken cancellationToken) => Task.FromResult<long?>(null);
    }
}
