using System.Globalization;
using CreditSystem.Bench.Ledger;
using CreditSystem.Bench.Processes;

namespace CreditSystem.Bench.Replicas;

/// <summary>The API processes of one setup, and the tenants that they have.</summary>
internal sealed class ReplicaSet : IAsyncDisposable
{
    private const int MostPauses = 30;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Quiet = Pause / 5;

    private readonly List<(ServerProcess Process, Uri Address)> replicas = [];
    private readonly List<LoadGenerator> tenants = [];
    private readonly Setup setup;

    private ReplicaSet(Setup setup) => this.setup = setup;

    public IReadOnlyList<Uri> Addresses => [.. replicas.Select(replica => replica.Address)];

    public IReadOnlyList<ServerProcess> Processes => [.. replicas.Select(replica => replica.Process)];

    /// <summary>What all of them have used.</summary>
    public TimeSpan ProcessorTime => TimeSpan.FromTicks(replicas.Sum(replica => replica.Process.ProcessorTime.Ticks));

    public static async Task<ReplicaSet> StartAsync(
        TestBed bed, Setup setup, CancellationToken cancellationToken, ReplicasPlan? plan = null)
    {
        var settings = new Dictionary<string, string> { ["mongodb__database_name"] = setup.Database };
        foreach (var (name, value) in setup.IsChanged ? plan!.Changes : new Dictionary<string, string>())
            settings[name] = value;
        // What a container's limit tells the runtime when it starts.
        if (plan?.Cores is { } most)
            settings["DOTNET_PROCESSOR_COUNT"] = Math.Ceiling(most).ToString(CultureInfo.InvariantCulture);
        var set = new ReplicaSet(setup);
        for (var i = 0; i < setup.Count; i++)
        {
            set.replicas.Add(bed.CreateReplica(settings, setup.Mode));
            await set.replicas[i].Process.StartAsync(cancellationToken);
        }
        return set;
    }

    /// <summary>Opens what is transferred among: one tenant with many accounts, and many with few.</summary>
    public async Task FillAsync(TestBed bed, CancellationToken cancellationToken)
    {
        for (var i = 0; i <= ReplicasPlan.Tenants; i++)
        {
            tenants.Add(new LoadGenerator(Addresses, i == 0 ? bed.Token : bed.TokenOf($"tenant-{i}")));
            await tenants[i].GrowAsync(i == 0 ? ReplicasPlan.Accounts : 20, cancellationToken);
        }
    }

    /// <summary>
    /// Works, and waits until what was found to be used much has been compiled, several times: three processes on few processors take
    /// three times as long to it as one.
    /// </summary>
    public async Task WarmUpAsync(int turns, CancellationToken cancellationToken)
    {
        for (var turn = 0; turn < turns; turn++)
        {
            await SinglesAsync(2, cancellationToken);
            await BatchesAsync(1, cancellationToken);
            await TenantsAsync(2, cancellationToken);
            for (var (waited, used) = (0, TimeSpan.MaxValue); waited < MostPauses && used > Quiet; waited++)
            {
                var before = ProcessorTime;
                await Task.Delay(Pause, cancellationToken);
                used = ProcessorTime - before;
            }
        }
    }

    public Task<Measurement> SinglesAsync(double seconds, CancellationToken cancellationToken) => CostedAsync(
        () => tenants[0].TransfersAsync("single", ReplicasPlan.Connections, seconds, hot: false, cancellationToken));

    public Task<Measurement> BatchesAsync(double seconds, CancellationToken cancellationToken) => CostedAsync(
        () => tenants[0].BatchesAsync(
            $"batches of {ReplicasPlan.BatchSize}", ReplicasPlan.BatchConnections, seconds, ReplicasPlan.BatchSize, cancellationToken));

    /// <summary>Many tenants at once: the rate is that of all, the times those of the median and of the slowest tenant.</summary>
    public Task<Measurement> TenantsAsync(double seconds, CancellationToken cancellationToken) => CostedAsync(async () =>
    {
        var runs = await Task.WhenAll(tenants.Skip(1).Select(tenant => tenant.TransfersAsync(
            "many tenants", ReplicasPlan.ConnectionsOfTenant, seconds, hot: false, cancellationToken)));
        return runs[0] with
        {
            Connections = runs.Sum(run => run.Connections),
            Rate = runs.Sum(run => run.Rate),
            Count = runs.Sum(run => run.Count),
            Failures = runs.Sum(run => run.Failures),
            P50Milliseconds = runs.Select(run => run.P50Milliseconds).Order().ElementAt(runs.Length / 2),
            P99Milliseconds = runs.Max(run => run.P99Milliseconds),
        };
    });

    public async ValueTask DisposeAsync()
    {
        foreach (var (process, _) in replicas)
            await process.DisposeAsync();
    }

    private async Task<Measurement> CostedAsync(Func<Task<Measurement>> run)
    {
        var before = ProcessorTime;
        var measured = await run();
        return measured with { ProcessorMicroseconds = (ProcessorTime - before).TotalMicroseconds / Math.Max(measured.Count, 1) };
    }
}
