using System.Collections.Concurrent;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Testing;

/// <summary>A log in memory that keeps bytes as a server does, and fails where a test wants it to.</summary>
internal sealed class InMemoryBlockStore : IBlockStore
{
    private readonly ConcurrentDictionary<(int Partition, long Number), Block> blocks = new();
    private readonly ConcurrentDictionary<int, long> last = new();

    /// <summary>What is written behind this log.</summary>
    public InMemoryProjectionStore Projections { get; } = new();

    /// <summary>How far this log has been verified.</summary>
    public InMemoryVerificationStore Verification { get; } = new();

    /// <summary>Decides what befalls an append; by default nothing.</summary>
    public Func<Block, Fault> OnAppend { get; set; } = _ => Fault.None;

    /// <summary>Runs before the page after a block is read.</summary>
    public Func<long, Task> BeforeRead { get; set; } = _ => Task.CompletedTask;

    /// <summary>The clock of the storage; null: it does not tell.</summary>
    public TimeProvider? Clock { get; set; }

    /// <summary>What a server takes.</summary>
    public int MaxBlockBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Runs before each append: where a test pauses a writer.</summary>
    public Func<Block, Task> BeforeAppend { get; set; } = _ => Task.CompletedTask;

    /// <summary>Runs before each read: where a test takes the storage away.</summary>
    public Action OnRead { get; set; } = () => { };

    public IEnumerable<Block> Blocks(int partition) => blocks.Where(block => block.Key.Partition == partition).OrderBy(block => block.Key.Number).Select(block => block.Value);

    /// <summary>The version of the rules that the database is written by.</summary>
    public int Rules { get; set; } = RulesVersion.Newest;

    public int Appends { get; private set; }

    /// <summary>Blocks that were read, and the most bytes of them at once.</summary>
    public int Reads { get; private set; }

    public long LargestPage { get; private set; }

    public void Tamper(int partition, long number, Func<Block, Block> change) => blocks[(partition, number)] = change(blocks[(partition, number)]);

    public void Put(Block block)
    {
        blocks[(block.Partition, block.Number)] = block;
        last.AddOrUpdate(block.Partition, block.Number, (_, known) => Math.Max(known, block.Number));
    }

    public void Remove(int partition, long number) => blocks.TryRemove((partition, number), out _);

    public async Task<bool> TryAppendAsync(Block block, CancellationToken cancellationToken)
    {
        await BeforeAppend(block);
        Appends++;
        if (block.Content.Length > MaxBlockBytes)
            throw new BlockTooLargeException($"{block.Content.Length} bytes");
        var fault = OnAppend(block);
        if (fault == Fault.BeforeWrite)
            throw new TimeoutException("injected before the write");
        var kept = block with { Content = block.Content.ToArray() };
        var appended = blocks.TryAdd((block.Partition, block.Number), kept);
        if (appended)
            Put(kept);
        return fault == Fault.AfterWrite ? throw new TimeoutException("injected after the write") : appended;
    }

    public Task<long?> ReadClockAsync(CancellationToken cancellationToken) => Task.FromResult(Clock?.GetUtcNow().ToUnixTimeMilliseconds());

    public async Task<IReadOnlyList<Block>> ReadAfterAsync(int partition, long number, int limit, CancellationToken cancellationToken)
    {
        await BeforeRead(number).WaitAsync(cancellationToken);
        OnRead();
        var found = new List<Block>();
        var end = last.GetValueOrDefault(partition);
        while (found.Count < limit && ++number <= end)
            if (blocks.TryGetValue((partition, number), out var block))
                found.Add(block);
        (Reads, LargestPage) = (Reads + found.Count, Math.Max(LargestPage, found.Sum(block => (long)block.Content.Length)));
        return found;
    }

    public async Task<IReadOnlyList<Block>> ReadPageAsync(int partition, long number, int limit, long maxBytes, CancellationToken cancellationToken)
    {
        var before = LargestPage;
        var page = BlockPages.Cut(await ReadAfterAsync(partition, number, limit, cancellationToken), maxBytes);
        LargestPage = Math.Max(before, page.Sum(block => (long)block.Content.Length));
        return page;
    }

    public Task<Block?> ReadAsync(int partition, long number, CancellationToken cancellationToken)
    {
        OnRead();
        return Task.FromResult(blocks.GetValueOrDefault((partition, number)));
    }

    public Task<int> RulesAsync(int? atLeast, CancellationToken cancellationToken) => Task.FromResult(Rules = Math.Max(Rules, atLeast ?? Rules));
}

internal enum Fault
{
    None,
    BeforeWrite,
    AfterWrite,
}
