using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.MongoDb;
using CreditSystem.Ledger.Partitions;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MongoDB.Driver;

namespace CreditSystem.Ledger.Orleans.Tests;

/// <summary>A replica of the ledger without HTTP, on the real database, a member of a real cluster.</summary>
internal sealed class TestReplica : IAsyncDisposable
{
    private const int Partitions = 6;

    private readonly IHost host;

    private TestReplica(IHost host, RecordingProvider log) => (this.host, Log) = (host, log);

    public CreditLedger Ledger => host.Services.GetRequiredService<CreditLedger>();

    public IServiceProvider Services => host.Services;

    public RecordingProvider Log { get; }

    public LedgerPartition Partition => Ledger.PartitionOf(Testing.Ask.Tenant);

    public IEnumerable<int> Owned => Ledger.Partitions.Where(partition => partition.IsOwned).Select(partition => partition.Number);

    /// <summary>Starts one on a database that others may use too.</summary>
    public static Task<TestReplica> StartAsync(IMongoDatabase database, params (string Name, string Value)[] settings) =>
        StartAsync(database, certificates: null, settings);

    /// <summary>The same on a host that has certificates.</summary>
    public static async Task<TestReplica> StartAsync(
        IMongoDatabase database, ClusterCertificates? certificates, params (string Name, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        var log = new RecordingProvider();
        builder.Logging.AddProvider(log);
        builder.Configuration.AddInMemoryCollection([new("Cluster:Mode", "Orleans"), new("Cluster:Port", $"{FreePort.Take()}")]);
        builder.Configuration.AddInMemoryCollection(
            settings.Select(setting => new KeyValuePair<string, string?>(setting.Name, setting.Value)));
        builder.Services.AddMetrics();
        builder.Services.AddOptions<LedgerOptions>().Configure(options => options.Partitions = Partitions);
        builder.Services.AddLedgerMongoDb(_ => (operation, token) => operation(database, token));
        builder.Services.AddLedger();
        if (certificates is not null)
            builder.Services.AddSingleton(certificates);
        builder.AddLedgerCluster();
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        var host = builder.Build();
        await host.StartAsync();
        return new TestReplica(host, log);
    }

    public async Task<LedgerRecord> DoAsync(Command command) =>
        (await Ledger.ExecuteAsync(command) ?? throw new InvalidOperationException("in flight")).Record;

    public async Task<Guid> OpenAsync(string holder, long funds = 0)
    {
        var account = (await DoAsync(Testing.Ask.Open(holder))).Opened[0].Id;
        if (funds > 0)
            Assert.True((await DoAsync(Testing.Ask.Fund(account, funds))).Accepted);
        return account;
    }

    public async Task<long> PostedAsync(Guid id) => (await Ledger.FindAccountAsync(Testing.Ask.Tenant, id, linearizable: true))!.Posted;

    /// <summary>Ends as a process does that is asked to.</summary>
    public Task StopAsync() => host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
    }
}

internal sealed class RecordingProvider : ILoggerProvider
{
    private readonly RecordingLogger logger = new();

    public IReadOnlyList<string> Lines => logger.Lines;

    public ILogger CreateLogger(string categoryName) => logger;

    public void Dispose()
    {
        // The lines stay.
    }
}
