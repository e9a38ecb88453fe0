using System.Security.Cryptography;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Projection.ResumePoints;

namespace CreditSystem.Ledger.Simulation;

// Pages of accounts: written one by one, dropped in two steps, and lost, torn or of another log when it comes to it.
internal sealed partial class SimulatedStorage
{
    private readonly List<AccountDelta> deltas = [];
    private readonly Dictionary<(Guid Delta, int Page), (AccountDelta Delta, byte[] Content)> pages = [];
    private int forged;

    public Task AddPageAsync(AccountDelta delta, int page, byte[] content, CancellationToken cancellationToken) =>
        network.CallAsync(() => pages.TryAdd((delta.Id, page), (delta, content)), cancellationToken);

    public Task AddAsync(AccountDelta delta, CancellationToken cancellationToken) => network.CallAsync(() =>
    {
        if (deltas.TrueForAll(other => other.Id != delta.Id))
            deltas.Add(delta);
        return true;
    }, cancellationToken);

    public Task<IReadOnlyList<AccountDelta>> DeltasAsync(int partition, long after, CancellationToken cancellationToken) =>
        network.CallAsync<IReadOnlyList<AccountDelta>>(() => [.. deltas.Where(delta => delta.Last > after)], cancellationToken);

    public Task<byte[]?> PageAsync(AccountDelta delta, int page, CancellationToken cancellationToken) =>
        network.CallAsync(() => pages.TryGetValue((delta.Id, page), out var there) ? there.Content : null, cancellationToken);

    public async Task DropPagesAsync(int partition, long last, CancellationToken cancellationToken)
    {
        await network.CallAsync(() => deltas.RemoveAll(delta => delta.Last <= last), cancellationToken);
        await network.CallAsync(() =>
        {
            foreach (var key in pages.Where(page => page.Value.Delta.Last <= last).Select(page => page.Key).ToList())
                pages.Remove(key);
            return true;
        }, cancellationToken);
    }

    /// <summary>Pages are gone, or end in the middle, or are in the place of others.</summary>
    public void LosePages(int percent)
    {
        foreach (var (key, (delta, content)) in pages.Where(_ => scheduler.Chance(percent)).ToList())
            switch (scheduler.Random.Next(3))
            {
                case 0:
                    pages.Remove(key);
                    break;
                case 1:
                    pages[key] = (delta, content[..scheduler.Random.Next(content.Length)]);
                    break;
                default:
                    pages[key] = (delta, pages.Values.ElementAt(scheduler.Random.Next(pages.Count)).Content);
                    break;
            }
    }

    /// <summary>
    /// Pages turn up that a replica has written of another log: one that this database had before it was restored. All that they say of
    /// accounts is wrong here.
    /// </summary>
    public void ForgePages()
    {
        if (Blocks.Count == 0)
            return;
        var wrong = accounts.Values.OrderBy(account => account.Id)
            .Select(account => account with { Posted = account.Posted + 1, Trail = [Blocks.Count] }).ToList();
        var delta = new AccountDelta(
            0, 0, scheduler.Random.Next(1, Blocks.Count + 2), SHA256.HashData([(byte)forged]),
            LedgerId.Derive(Guid.Empty, "forged", forged++), Pages: 0);
        var count = 0;
        foreach (var page in delta.Pack(wrong))
            pages[(delta.Id, count++)] = (delta, page);
        deltas.Add(delta with { Pages = count });
    }
}
