using System.Collections.Concurrent;
using CreditSystem.Ledger.Verification;

namespace CreditSystem.Ledger.Testing;

/// <summary>How far logs have been verified, in memory and in the bytes that a server would keep.</summary>
internal sealed class InMemoryVerificationStore : IVerificationStore
{
    private readonly ConcurrentDictionary<(int Partition, long Generation, Guid Account), (long Block, byte[] State)> accounts = new();
    private readonly ConcurrentDictionary<int, long> generations = new();
    private readonly ConcurrentDictionary<int, FullVerification> full = new();

    public ConcurrentDictionary<int, byte[]> Marks { get; } = new();

    public int Saves { get; private set; }

    /// <summary>Runs before a mark is stored, when its accounts are: where a test lets a process die.</summary>
    public Action BeforeMark { get; set; } = () => { };

    public Task<VerificationMark> MarkAsync(int partition, CancellationToken cancellationToken)
    {
        var generation = generations.GetOrAdd(partition, 1);
        return Task.FromResult(
            Marks.TryGetValue(partition, out var bytes) && VerificationEncoding.DecodeMark(bytes, partition) is { } mark && mark.Generation == generation
                ? mark
                : new VerificationMark(partition, generation));
    }

    public Task<VerificationMark> RestartAsync(VerificationMark incomplete, CancellationToken cancellationToken)
    {
        if (generations.TryUpdate(incomplete.Partition, incomplete.Generation + 1, incomplete.Generation))
            Marks.TryRemove(incomplete.Partition, out _);
        return Task.FromResult(new VerificationMark(incomplete.Partition, generations[incomplete.Partition]));
    }

    public void LoseAccounts() => accounts.Clear();

    public Task<IReadOnlyList<VerifiedAccount>> LoadAsync(VerificationMark mark, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<VerifiedAccount>>(
            [.. ids.Where(id => accounts.ContainsKey((mark.Partition, mark.Generation, id))).Select(id => VerificationEncoding.DecodeAccount(accounts[(mark.Partition, mark.Generation, id)].State, id)).OfType<VerifiedAccount>()]);

    public Task<IReadOnlyList<VerifiedAccount>> PageAsync(VerificationMark mark, Guid after, int limit, CancellationToken cancellationToken) =>
        LoadAsync(mark, [.. accounts.Keys.Where(key => key.Partition == mark.Partition && key.Account.CompareTo(after) > 0).Select(key => key.Account).Order().Take(limit)], cancellationToken);

    public Task SaveAsync(VerificationMark mark, IReadOnlyCollection<VerifiedAccount> changed, CancellationToken cancellationToken)
    {
        Saves++;
        foreach (var account in changed)
            accounts.AddOrUpdate(
                (mark.Partition, mark.Generation, account.Id), _ => (account.LastBlock, VerificationEncoding.Encode(account)),
                (_, there) => there.Block <= account.LastBlock ? (account.LastBlock, VerificationEncoding.Encode(account)) : there);
        if (changed.Count > 0)
            BeforeMark();
        var bytes = VerificationEncoding.Encode(mark);
        Marks.AddOrUpdate(mark.Partition, bytes, (_, there) => VerificationEncoding.DecodeMark(there, mark.Partition) is { } other && other.Block > mark.Block ? there : bytes);
        return Task.CompletedTask;
    }

    public Task<FullVerification?> FullAsync(int partition, CancellationToken cancellationToken) => Task.FromResult(full.GetValueOrDefault(partition));

    public Task SaveFullAsync(int partition, FullVerification reading, CancellationToken cancellationToken)
    {
        full[partition] = reading;
        return Task.CompletedTask;
    }
}
