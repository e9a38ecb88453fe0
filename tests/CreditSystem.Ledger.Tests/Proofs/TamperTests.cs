using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.MongoDb;
using CreditSystem.Ledger.Testing;
using CreditSystem.Ledger.Verification;
using MongoDB.Bson;

namespace CreditSystem.Ledger.Tests.Proofs;

/// <summary>Proof 8: a changed stored byte is found.</summary>
public sealed class TamperTests
{
    [Fact]
    public async Task Any_byte_of_any_stored_block_that_is_changed_is_named_with_its_block()
    {
        var store = await FilledAsync();
        var random = new Random(Proof.Seed(nameof(TamperTests)));
        var blocks = store.Blocks(0).ToList();
        foreach (var block in blocks)
        {
            var stored = BlockDocument.Encode(block);
            for (var i = 0; i < 60 * Proof.Factor; i++)
            {
                var at = random.Next(stored.Length);
                var changed = (byte[])stored.Clone();
                changed[at] ^= (byte)(1 << random.Next(8));
                using var tampered = new TamperedStore(store, block.Number, changed);

                var report = await ChainVerifier.VerifyAsync(tampered, 0, blocks.Count, CancellationToken.None);

                Assert.True(report.BrokenBlock == block.Number, $"byte {at} of block {block.Number}: {report.BrokenBlock} {report.Problem}");
            }
        }
        Assert.True((await ChainVerifier.VerifyAsync(store, 0, blocks.Count, CancellationToken.None)).Intact);
    }

    [Fact]
    public async Task A_block_that_is_cut_out_or_cut_off_is_named()
    {
        var store = await FilledAsync();
        var count = store.Blocks(0).Count();

        store.Remove(0, count);
        Assert.Equal(count, (await ChainVerifier.VerifyAsync(store, 0, count, CancellationToken.None)).BrokenBlock);
        store.Remove(0, 3);
        Assert.Equal(3, (await ChainVerifier.VerifyAsync(store, 0, count, CancellationToken.None)).BrokenBlock);
    }

    [Fact]
    public async Task A_block_that_is_sealed_again_over_a_changed_amount_breaks_the_one_after_it()
    {
        var store = await FilledAsync();
        store.Tamper(0, 4, block => Block.Seal(0, block.Number, block.At + 1, block.Rules, block.Previous, block.Content));

        Assert.Equal(5, (await ChainVerifier.VerifyAsync(store, 0, 6, CancellationToken.None)).BrokenBlock);
        // Without what was written behind it, which begins after the damage.
        await using var host = await EngineHost.StartAsync(store, new InMemoryProjectionStore());
        Assert.False((await host.Ledger.Verification.InvariantsAsync(Ask.Tenant, CancellationToken.None)).Holds);
        var refused = await Assert.ThrowsAsync<CreditSystem.Ledger.Partitions.LedgerUnavailableException>(() => host.DoAsync(Ask.Open("mallory")));
        Assert.Equal(CreditSystem.Ledger.Partitions.LedgerUnavailableReason.Corrupt, refused.Reason);
    }

    private static async Task<InMemoryBlockStore> FilledAsync()
    {
        var store = new InMemoryBlockStore();
        await using var host = await EngineHost.StartAsync(store);
        var alice = await host.OpenAsync("alice", 100);
        var bob = await host.OpenAsync("bob");
        await host.DoAsync(Ask.Grant(alice, 50, expiresAt: long.MaxValue));
        var hold = Ask.Hold(alice, Ask.To(bob), 70, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds());
        await host.DoAsync(hold);
        await host.DoAsync(Ask.Capture(hold.Id, 30));
        await host.DoAsync(Ask.Move(alice, bob, 1_000_000));
        return store;
    }

    /// <summary>A store in which one document has other bytes.</summary>
    private sealed class TamperedStore(IBlockStore store, long number, byte[] document) : IBlockStore, IDisposable
    {
        private readonly RawBsonDocument raw = new(document);

        public void Dispose() => raw.Dispose();

        public Task<bool> TryAppendAsync(Block block, CancellationToken cancellationToken) => throw new NotSupportedException();

        public async Task<IReadOnlyList<Block>> ReadAfterAsync(int partition, long after, int limit, CancellationToken cancellationToken) =>
            [.. (await store.ReadAfterAsync(partition, after, limit, cancellationToken)).Select(block => block.Number == number ? BlockDocument.Decode(raw) : block)];

        public Task<long?> ReadClockAsync(CancellationToken cancellationToken) => store.ReadClockAsync(cancellationToken);

        public Task<int> RulesAsync(int? atLeast, CancellationToken cancellationToken) => store.RulesAsync(atLeast, cancellationToken);

        public async Task<Block?> ReadAsync(int partition, long wanted, CancellationToken cancellationToken) =>
            wanted == number ? BlockDocument.Decode(raw) : await store.ReadAsync(partition, wanted, cancellationToken);
    }
}
