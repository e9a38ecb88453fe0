using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.History;
using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Lists.Statuses;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Projection;
using CreditSystem.Ledger.Projection.Ids;

namespace CreditSystem.Ledger.Simulation;

/// <summary>The database of a simulation: one partition's log, and a projection of which parts may be lost.</summary>
internal sealed partial class SimulatedStorage(SimulationScheduler scheduler, SimulatedNetwork network, int maxBlockBytes, int rules)
    : IBlockStore, IProjectionStore
{
    private readonly Dictionary<Guid, AccountState> accounts = [];
    private readonly Dictionary<long, IdSegment> segments = [];
    private readonly Dictionary<long, StoredIdTable> tables = [];
    private readonly SortedDictionary<(Guid Account, long First), EntryChunk> entries = [];
    private readonly SortedDictionary<(Guid Term, long After, long Last), ListChunk> lists = [];
    private readonly SortedDictionary<(Guid Term, StatusPosition Position), StatusRow> statuses = [];
    private ProjectionMark mark;
    private int losses;

    public List<Block> Blocks { get; } = [];

    public Task<bool> TryAppendAsync(Block block, CancellationToken cancellationToken) =>
        network.CallAsync(() => TryAppend(block), cancellationToken);

    public Task<IReadOnlyList<Block>> ReadAfterAsync(int partition, long number, int limit, CancellationToken cancellationToken) =>
        network.ReadPageAsync<IReadOnlyList<Block>>(() => [.. Blocks.Skip((int)number).Take(limit)], cancellationToken);

    public Task<Block?> ReadAsync(int partition, long number, CancellationToken cancellationToken) =>
        network.CallAsync(() => number >= 1 && number <= Blocks.Count ? Blocks[(int)number - 1] : null, cancellationToken);

    public Task<long?> ReadClockAsync(CancellationToken cancellationToken) =>
        network.CallAsync<long?>(() => scheduler.UtcNow.ToUnixTimeMilliseconds(), cancellationToken);

    public Task<int> RulesAsync(int? atLeast, CancellationToken cancellationToken) => network.CallAsync(() => rules, cancellationToken);

    public Task<IReadOnlyList<AccountState>> LoadAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) =>
        network.CallAsync<IReadOnlyList<AccountState>>(() =>
            [.. ids.Where(accounts.ContainsKey).Select(id => accounts[id])], cancellationToken);

    public async Task SaveAsync(int partition, ChangedAccounts changed, CancellationToken cancellationToken)
    {
        // As the real one: several writes, and the mark after them. None goes on across a loss.
        var before = losses;
        foreach (var part in changed.Accounts.Chunk(3))
            await network.CallAsync(() =>
                before == losses ? Save(changed, part) : throw new TimeoutException("simulated: the connection is gone"),
                cancellationToken);
        await network.CallAsync(() =>
            mark = before == losses ? mark.Rebuilds == changed.Rebuilds ? mark with { Block = Math.Max(mark.Block, changed.Block) } : mark
            : throw new TimeoutException("simulated: the connection is gone"), cancellationToken);
    }

    public Task<ProjectionMark> MarkAsync(int partition, CancellationToken cancellationToken) =>
        network.CallAsync(() => mark, cancellationToken);

    public Task BeginRebuildAsync(int partition, long rebuilds, CancellationToken cancellationToken) =>
        network.CallAsync(() =>
        {
            tables.Clear();
            return mark = mark.Rebuilds == rebuilds ? new ProjectionMark(0, rebuilds + 1) : mark;
        }, cancellationToken);

    public Task<IReadOnlyList<AccountState>> DueAsync(int partition, long now, int limit, CancellationToken cancellationToken) =>
        network.CallAsync<IReadOnlyList<AccountState>>(() =>
            [.. accounts.Values.Where(account => account.NextExpiry() <= now).Take(limit)], cancellationToken);

    public async Task AddAsync(IReadOnlyList<EntryChunk> chunks, CancellationToken cancellationToken)
    {
        foreach (var part in chunks.Chunk(3))
            await network.CallAsync(() => part.Count(chunk => entries.TryAdd((chunk.Account, chunk.First), chunk)), cancellationToken);
    }

    public Task<IReadOnlyList<EntryChunk>> EntriesAsync(Guid account, long first, long last, CancellationToken cancellationToken) =>
        network.CallAsync<IReadOnlyList<EntryChunk>>(() =>
            [.. entries.Where(entry => entry.Key.Account == account && entry.Key.First >= first && entry.Key.First <= last)
                .Select(entry => entry.Value)], cancellationToken);

    public async Task AddAsync(IReadOnlyList<ListChunk> chunks, CancellationToken cancellationToken)
    {
        foreach (var part in chunks.Chunk(3))
            await network.CallAsync(() =>
                part.Count(chunk => lists.TryAdd((chunk.Term, chunk.After, chunk.Last), chunk)), cancellationToken);
    }

    public Task<IReadOnlyList<ListChunk>> ListAsync(Guid term, long before, int limit, CancellationToken cancellationToken) =>
        network.CallAsync<IReadOnlyList<ListChunk>>(() =>
            [.. lists.Where(chunk => chunk.Key.Term == term && chunk.Key.After < before).Reverse().Take(limit)
                .Select(chunk => chunk.Value)], cancellationToken);

    public async Task WriteAsync(IReadOnlyList<StatusRow> added, IReadOnlyList<StatusRow> removed, CancellationToken cancellationToken)
    {
        foreach (var part in added.Chunk(3))
            await network.CallAsync(() =>
            {
                foreach (var row in part)
                    statuses[(row.Term, row.Position)] = row;
                return part.Length;
            }, cancellationToken);
        foreach (var part in removed.Chunk(3))
            await network.CallAsync(() => part.Count(row => statuses.Remove((row.Term, row.Position))), cancellationToken);
    }

    public Task<IReadOnlyList<StatusRow>> StatusesAsync(
        Guid term, StatusPosition before, long from, int limit, CancellationToken cancellationToken) =>
        network.CallAsync<IReadOnlyList<StatusRow>>(() =>
            [.. statuses.Values.Where(row => row.Term == term && row.Position < before && row.Position.CreatedAt >= from)
                .Reverse().Take(limit)], cancellationToken);

    public Task<IReadOnlyList<StatusRow>> FindAsync(IReadOnlyCollection<StatusRow> keys, CancellationToken cancellationToken) =>
        network.CallAsync<IReadOnlyList<StatusRow>>(() =>
            [.. keys.Select(key => statuses.GetValueOrDefault((key.Term, key.Position))).OfType<StatusRow>()], cancellationToken);

    public Task<StoredIdTable?> TableAsync(int partition, long after, CancellationToken cancellationToken) =>
        network.CallAsync(() => tables.GetValueOrDefault(after), cancellationToken);

    public Task AddAsync(StoredIdTable table, CancellationToken cancellationToken) =>
        network.CallAsync(() => tables[table.After] = table, cancellationToken);

    public Task<IdSegment?> SegmentAsync(int partition, long after, CancellationToken cancellationToken) =>
        network.CallAsync(() => segments.GetValueOrDefault(after), cancellationToken);

    public Task<IdSegment> AddAsync(IdSegment segment, CancellationToken cancellationToken) =>
        network.CallAsync(() => segments.TryAdd(segment.After, segment) ? segment : segments[segment.After], cancellationToken);

    public void LoseAccounts(int percent)
    {
        losses++;
        foreach (var id in accounts.Keys.Order().Where(_ => scheduler.Chance(percent)).ToList())
            accounts.Remove(id);
    }

    /// <summary>Loses ids, with or without the tables that were made of them.</summary>
    public void LoseSegments(bool withTables)
    {
        segments.Clear();
        if (withTables)
            tables.Clear();
    }

    public void LoseEntries(int percent)
    {
        foreach (var key in entries.Keys.Where(_ => scheduler.Chance(percent)).ToList())
            entries.Remove(key);
    }

    public void LoseLists(int percent)
    {
        // What says of which blocks they are: what is missing without that would be taken for nothing.
        var markers = ListTerms.Coverage(0, Guid.Empty);
        foreach (var key in lists.Keys.Where(key => key.Term == markers && scheduler.Chance(percent)).ToList())
            lists.Remove(key);
    }

    private bool TryAppend(Block block)
    {
        if (block.Content.Length > maxBlockBytes)
            throw new BlockTooLargeException($"{block.Content.Length} bytes");
        if (block.Number <= Blocks.Count)
            return false;
        if (block.Number != Blocks.Count + 1)
            throw new SimulationViolationException($"block {block.Number} is appended after block {Blocks.Count}");
        if (block.At > scheduler.UtcNow.ToUnixTimeMilliseconds() + 5000)
            throw new SimulationViolationException($"block {block.Number} is from the future");
        Blocks.Add(block with { Content = block.Content.ToArray() });
        return true;
    }

    private bool Save(ChangedAccounts changed, AccountState[] part)
    {
        var isMissing = false;
        foreach (var account in part)
            if (accounts.TryGetValue(account.Id, out var there) ? there.PreviousBlock < account.PreviousBlock : changed.MayBeNew(account))
                accounts[account.Id] = account;
            else
                isMissing |= there is null;
        return isMissing ? throw new ProjectionLostException("accounts that were written before are not there") : true;
    }
}
