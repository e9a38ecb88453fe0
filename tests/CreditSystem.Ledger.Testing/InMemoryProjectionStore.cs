using System.Collections.Concurrent;
using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.History;
using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Lists.Statuses;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Projection;
using CreditSystem.Ledger.Projection.Ids;
using CreditSystem.Ledger.Projection.ResumePoints;

namespace CreditSystem.Ledger.Testing;

/// <summary>The projection of the log, in memory; a test can lose any part of it.</summary>
internal sealed class InMemoryProjectionStore : IProjectionStore
{
    private readonly ConcurrentDictionary<(int Partition, long After), IdSegment> segments = new();

    public ConcurrentDictionary<Guid, (int Partition, AccountState Account)> Accounts { get; } = new();

    /// <summary>The block that the accounts of each partition are as of.</summary>
    public ConcurrentDictionary<int, long> Saved { get; } = new();

    public ConcurrentDictionary<int, long> Rebuilds { get; } = new();

    public int Loads { get; private set; }

    /// <summary>What a test lets happen before accounts are read.</summary>
    public Func<IReadOnlyCollection<Guid>, Task> BeforeLoad { get; set; } = _ => Task.CompletedTask;

    /// <summary>Where a test lets a write fail, or pauses it.</summary>
    public Func<Task> BeforeSave { get; set; } = () => Task.CompletedTask;

    /// <summary>Where a test pauses the entries of a checkpoint.</summary>
    public Func<Task> BeforeEntries { get; set; } = () => Task.CompletedTask;

    /// <summary>Where a test lets a rebuild not begin.</summary>
    public Action BeforeRebuild { get; set; } = () => { };

    /// <summary>Set when a write was given up.</summary>
    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Runs after a segment was written.</summary>
    public Action AfterAdd { get; set; } = () => { };

    public int SegmentCount => segments.Count;

    /// <summary>What has been written of tables of ids.</summary>
    public ConcurrentDictionary<(int Partition, long After), StoredIdTable> Tables { get; } = new();

    /// <summary>How often segments were read.</summary>
    public int SegmentReads { get; private set; }

    /// <summary>What has been written of the entries of accounts.</summary>
    public ConcurrentDictionary<(Guid Account, long First), EntryChunk> Chunks { get; } = new();

    /// <summary>How often entries were asked for.</summary>
    public int EntryReads { get; private set; }

    public void LoseSegments() => segments.Clear();

    public bool LoseSegment(long after) => segments.TryRemove((0, after), out _);

    /// <summary>What a crash leaves: nothing that the process before goes on writing gets into it.</summary>
    public InMemoryProjectionStore Copy()
    {
        var copy = new InMemoryProjectionStore();
        Copy(segments, copy.segments);
        Copy(Tables, copy.Tables);
        Copy(Accounts, copy.Accounts);
        Copy(Saved, copy.Saved);
        Copy(Rebuilds, copy.Rebuilds);
        Copy(Chunks, copy.Chunks);
        Copy(Lists, copy.Lists);
        Copy(Statuses, copy.Statuses);
        Copy(Pages, copy.Pages);
        Copy(Deltas, copy.Deltas);
        return copy;

        static void Copy<TKey, TValue>(ConcurrentDictionary<TKey, TValue> from, ConcurrentDictionary<TKey, TValue> to)
            where TKey : notnull
        {
            foreach (var (key, value) in from.ToArray())
                to[key] = value;
        }
    }

    public async Task<IReadOnlyList<AccountState>> LoadAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        Loads++;
        await BeforeLoad(ids);
        return [.. ids.Where(Accounts.ContainsKey).Select(id => Accounts[id].Account)];
    }

    public async Task SaveAsync(int partition, ChangedAccounts changed, CancellationToken cancellationToken)
    {
        try
        {
            await BeforeSave().WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Cancelled.TrySetResult();
            throw;
        }
        foreach (var account in changed.Accounts)
            if (changed.MayBeNew(account) || Accounts.ContainsKey(account.Id))
                Accounts.AddOrUpdate(account.Id, (partition, account), (_, there) => there.Account.PreviousBlock < account.PreviousBlock ? (partition, account) : there);
            else
                throw new ProjectionLostException($"account {account.Id} was written before and is not there");
        if (Rebuilds.GetValueOrDefault(partition) == changed.Rebuilds)
            Saved.AddOrUpdate(partition, changed.Block, (_, there) => Math.Max(there, changed.Block));
    }

    public Task<ProjectionMark> MarkAsync(int partition, CancellationToken cancellationToken) =>
        Task.FromResult(new ProjectionMark(Saved.GetValueOrDefault(partition), Rebuilds.GetValueOrDefault(partition)));

    public Task BeginRebuildAsync(int partition, long rebuilds, CancellationToken cancellationToken)
    {
        BeforeRebuild();
        foreach (var key in Tables.Keys.Where(key => key.Partition == partition))
            Tables.TryRemove(key, out _);
        if (Rebuilds.GetValueOrDefault(partition) == rebuilds)
            (Saved[partition], Rebuilds[partition]) = (0, rebuilds + 1);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<AccountState>> DueAsync(int partition, long now, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<AccountState>>(
            [.. Accounts.Values.Where(stored => stored.Partition == partition && stored.Account.NextExpiry() <= now).Take(limit).Select(stored => stored.Account)]);

    public async Task AddAsync(IReadOnlyList<EntryChunk> chunks, CancellationToken cancellationToken)
    {
        await BeforeEntries();
        foreach (var chunk in chunks)
            Chunks.TryAdd((chunk.Account, chunk.First), chunk);
    }

    public Task<IReadOnlyList<EntryChunk>> EntriesAsync(Guid account, long first, long last, CancellationToken cancellationToken)
    {
        EntryReads++;
        return Task.FromResult<IReadOnlyList<EntryChunk>>(
            [.. Chunks.Values.Where(chunk => chunk.Account == account && chunk.First >= first && chunk.First <= last)
                .OrderBy(chunk => chunk.First)]);
    }

    /// <summary>What has been written of lists.</summary>
    public ConcurrentDictionary<(Guid Term, long After, long Last), ListChunk> Lists { get; } = new();

    /// <summary>How often lists were asked for.</summary>
    public int ListReads { get; private set; }

    public Task AddAsync(IReadOnlyList<ListChunk> chunks, CancellationToken cancellationToken)
    {
        foreach (var chunk in chunks)
            Lists.TryAdd((chunk.Term, chunk.After, chunk.Last), chunk);
        return Task.CompletedTask;
    }

    /// <summary>What a test lets happen after chunks of a list were read and before the answer arrives.</summary>
    public Func<Guid, Task> AfterListRead { get; set; } = _ => Task.CompletedTask;

    public async Task<IReadOnlyList<ListChunk>> ListAsync(Guid term, long before, int limit, CancellationToken cancellationToken)
    {
        ListReads++;
        ListChunk[] found = [.. Lists.Values.Where(chunk => chunk.Term == term && chunk.After < before)
            .OrderByDescending(chunk => chunk.After).ThenByDescending(chunk => chunk.Last).Take(limit)];
        await AfterListRead(term);
        return found;
    }

    /// <summary>What has changed, in pages, and of which all are there.</summary>
    public ConcurrentDictionary<(Guid Delta, int Page), byte[]> Pages { get; } = new();

    public ConcurrentDictionary<Guid, AccountDelta> Deltas { get; } = new();

    /// <summary>Where a test lets a page not be written.</summary>
    public Action BeforeDelta { get; set; } = () => { };

    public Task AddPageAsync(AccountDelta delta, int page, byte[] content, CancellationToken cancellationToken)
    {
        Pages.TryAdd((delta.Id, page), content);
        return Task.CompletedTask;
    }

    public Task AddAsync(AccountDelta delta, CancellationToken cancellationToken)
    {
        BeforeDelta();
        Deltas.TryAdd(delta.Id, delta);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<AccountDelta>> DeltasAsync(int partition, long after, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<AccountDelta>>(
            [.. Deltas.Values.Where(delta => delta.Partition == partition && delta.Last > after).OrderBy(delta => delta.Last)]);

    public Task<byte[]?> PageAsync(AccountDelta delta, int page, CancellationToken cancellationToken) =>
        Task.FromResult(Pages.GetValueOrDefault((delta.Id, page)));

    public Task DropPagesAsync(int partition, long last, CancellationToken cancellationToken)
    {
        foreach (var delta in Deltas.Values.Where(delta => delta.Partition == partition && delta.Last <= last))
        {
            Deltas.TryRemove(delta.Id, out _);
            foreach (var key in Pages.Keys.Where(key => key.Delta == delta.Id))
                Pages.TryRemove(key, out _);
        }
        return Task.CompletedTask;
    }

    /// <summary>What has been written of statuses.</summary>
    public ConcurrentDictionary<(Guid Term, StatusPosition Position), StatusRow> Statuses { get; } = new();

    public Task WriteAsync(IReadOnlyList<StatusRow> added, IReadOnlyList<StatusRow> removed, CancellationToken cancellationToken)
    {
        foreach (var row in added)
            Statuses[(row.Term, row.Position)] = row;
        foreach (var row in removed)
            Statuses.TryRemove((row.Term, row.Position), out _);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<StatusRow>> StatusesAsync(
        Guid term, StatusPosition before, long from, int limit, CancellationToken cancellationToken)
    {
        StatusReads++;
        return Task.FromResult<IReadOnlyList<StatusRow>>(
            [.. Statuses.Values.Where(row => row.Term == term && row.Position < before && row.Position.CreatedAt >= from)
                .OrderByDescending(row => row.Position).Take(limit)]);
    }

    /// <summary>How often what has a status was asked for.</summary>
    public int StatusReads { get; private set; }

    public Task<IReadOnlyList<StatusRow>> FindAsync(IReadOnlyCollection<StatusRow> keys, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<StatusRow>>(
            [.. keys.Select(key => Statuses.GetValueOrDefault((key.Term, key.Position))).OfType<StatusRow>()]);

    public Task<IdSegment?> SegmentAsync(int partition, long after, CancellationToken cancellationToken)
    {
        SegmentReads++;
        return Task.FromResult(segments.GetValueOrDefault((partition, after)));
    }

    public Task<StoredIdTable?> TableAsync(int partition, long after, CancellationToken cancellationToken) =>
        Task.FromResult(Tables.GetValueOrDefault((partition, after)));

    public Task AddAsync(StoredIdTable table, CancellationToken cancellationToken)
    {
        Tables[(table.Partition, table.After)] = table;
        return Task.CompletedTask;
    }

    public Task<IdSegment> AddAsync(IdSegment segment, CancellationToken cancellationToken)
    {
        var there = segments.GetOrAdd((segment.Partition, segment.After), segment);
        AfterAdd();
        return Task.FromResult(there);
    }
}
