using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Ownership;
using CreditSystem.Ledger.Projection;
using CreditSystem.Ledger.Testing;

namespace CreditSystem.Ledger.Tests.Ownership;

/// <summary>Replicas of one ledger in this process, with the way from one to another in the hands of the test.</summary>
internal sealed class Replicas : IOwnerTransport, IAsyncDisposable
{
    private readonly List<EngineHost> hosts = [];

    public EngineHost this[int replica] => hosts[replica];

    /// <summary>Messages that have been answered.</summary>
    public int Messages { get; private set; }

    /// <summary>Runs before a message arrives; where it throws, the message is lost.</summary>
    public Func<Task> BeforeArrival { get; set; } = () => Task.CompletedTask;

    /// <summary>Runs before the answer arrives; where it throws, the answer is lost.</summary>
    public Func<Task> BeforeAnswer { get; set; } = () => Task.CompletedTask;

    public static async Task<Replicas> StartAsync(InMemoryBlockStore store, int count = 2, Action<LedgerOptions>? configure = null, TimeProvider? time = null)
    {
        var replicas = new Replicas();
        for (var i = 0; i < count; i++)
            replicas.hosts.Add(await EngineHost.StartAsync(store, time: time, configure: configure, transport: replicas));
        return replicas;
    }

    /// <summary>Starts one over storage of its own, such as one that fails.</summary>
    public async Task AddAsync(IBlockStore store, IProjectionStore projections, Action<LedgerOptions>? configure = null) =>
        hosts.Add(await EngineHost.StartAsync(store, projections, configure: configure, transport: this));

    /// <summary>Lets one replica own the partition of the tests, and no other.</summary>
    public async Task OwnAsync(int replica)
    {
        foreach (var host in hosts)
            await host.Partition.ReleaseOwnershipAsync();
        hosts[replica].Partition.TakeOwnership();
    }

    public async Task<ReadOnlyMemory<byte>> SendAsync(int partition, byte[] message)
    {
        await BeforeArrival();
        var owner = hosts.Find(host => host.Ledger.Partitions[partition].IsOwned) ?? throw new InvalidOperationException("nobody owns it");
        var answer = await owner.Ledger.Partitions[partition].AnswerAsync(message);
        await BeforeAnswer();
        Messages++;
        return answer;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in hosts)
            await host.DisposeAsync();
    }
}

internal static class WaitUntil
{
    public static Task TrueAsync(Func<bool> isSo) => TrueAsync(() => Task.FromResult(isSo()));

    public static async Task TrueAsync(Func<Task<bool>> isSo)
    {
        for (var i = 0; i < 1000; i++)
        {
            if (await isSo())
                return;
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
        Assert.Fail("It has not come about.");
    }
}
