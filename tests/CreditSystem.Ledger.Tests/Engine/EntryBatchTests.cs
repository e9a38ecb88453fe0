using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.History;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Projection;
using CsCheck;

namespace CreditSystem.Ledger.Tests.Engine;

/// <summary>Entries that wait for a checkpoint: found by account and number, and packed as they were added.</summary>
public sealed class EntryBatchTests
{
    private const int Accounts = 7;
    private const long Limit = 1_000_000_000_000;

    [Fact]
    public void What_was_added_is_read_wherever_a_page_begins_and_packed_in_ranges() =>
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[1, 400], Gen.Int[0, 300]).Sample((seed, blocks, before) =>
        {
            var (batch, expected) = Fill(new Random(seed), blocks, before);
            foreach (var (account, entries) in expected)
            {
                var random = new Random(seed + 1);
                for (var page = 0; page < 20; page++)
                {
                    var first = before + 1 + random.Next(entries.Count + 70) - 35;
                    Assert.Equal(Expected(entries, before, first, 50), Read(batch, account, first, 50));
                }
                var chunks = batch.Pack().Where(chunk => chunk.Account == account).OrderBy(chunk => chunk.First).ToList();
                Assert.Equal(entries, chunks.SelectMany(chunk => chunk.TryUnpack()!));
                Assert.All(chunks.Skip(1), chunk => Assert.Equal(EntryChunk.RangeOf(chunk.First), chunk.First));
            }
            Assert.Equal(Enumerable.Repeat<HistoryEntry?>(null, 3), Read(batch, Guid.NewGuid(), 1, 3));
        }, iter: 60);

    [Fact]
    public void What_waits_in_hundreds_of_thousands_takes_few_bytes_each()
    {
        var (batch, expected) = Fill(new Random(1), blocks: 60_000, before: 0);
        var count = expected.Values.Sum(entries => entries.Count);

        Assert.Equal(expected.Values.First()[^50..], Read(batch, expected.Keys.First(), expected.Values.First().Count - 49, 50));
        // Thirty of them are references.
        Assert.InRange(batch.Bytes / (double)count, 60, 90);
    }

    [Fact]
    public async Task What_is_read_while_others_are_added_is_whole()
    {
        var account = Guid.NewGuid();
        var (recent, added) = (new RecentEntries(new Limits.SharedAllowance(long.MaxValue / 4, 1).CreateShare()), 0L);
        var reader = Task.Run(() =>
        {
            for (var last = 0L; last < 40_000; last = Volatile.Read(ref added))
                if (last > 100)
                    Assert.All(recent.Read(account, last - 99, last), (entry, i) => Assert.Equal(last - 99 + i, entry?.Sequence));
        }, TestContext.Current.CancellationToken);
        for (var number = 1; number <= 40_000; number++)
        {
            recent.Add(number, [Record(number, [Entry(account, number, 1, number, number - 1)], null)]);
            if (number % 10_000 == 0)
                recent.Take();
            Volatile.Write(ref added, number);
        }
        await reader;
    }

    private static (EntryBatch Batch, Dictionary<Guid, List<HistoryEntry>> Expected) Fill(Random random, int blocks, int before)
    {
        var (batch, expected) = (new EntryBatch(), new Dictionary<Guid, List<HistoryEntry>>());
        Guid[] accounts = [.. Enumerable.Range(0, Accounts).Select(_ => Guid.NewGuid())];
        var states = accounts.ToDictionary(id => id, _ => (Sequence: (long)before, Posted: random.NextInt64(-Limit, Limit), Block: 5L));
        for (var block = 10L; block < 10 + blocks; block++)
        {
            List<LedgerRecord> records = [];
            for (var left = random.Next(1, 4); left > 0; left--)
            {
                List<Entry> entries = [];
                foreach (var account in random.GetItems(accounts, random.Next(1, 3)).Distinct())
                {
                    var (sequence, posted, previous) = states[account];
                    var amount = random.NextInt64(-1000, 1000);
                    var (held, debt) = (random.Next(3) * 7, random.Next(4) / 3 * 9);
                    entries.Add(Entry(account, sequence + 1, amount, posted + amount, previous, held, debt));
                    states[account] = (sequence + 1, posted + amount, block);
                }
                var reference = random.Next(3) switch { 0 => null, 1 => "", _ => new string('ä', random.Next(90)) };
                var record = Record(block, [.. entries], reference);
                records.Add(record);
                foreach (var entry in entries)
                {
                    var own = expected.TryGetValue(entry.Account, out var there) ? there : expected[entry.Account] = [];
                    own.Add(HistoryEntry.From(record, 0, entry));
                }
            }
            batch.Add(block, records);
        }
        return (batch, expected);
    }

    private static HistoryEntry?[] Read(EntryBatch batch, Guid account, long first, int count)
    {
        var found = new HistoryEntry?[count];
        batch.Read(batch.Find(account), first, found);
        return found;
    }

    private static IEnumerable<HistoryEntry?> Expected(List<HistoryEntry> entries, int before, long first, int count) =>
        Enumerable.Range(0, count).Select(i => first + i - before - 1)
            .Select(index => index >= 0 && index < entries.Count ? entries[(int)index] : null);

    private static Entry Entry(Guid account, long sequence, long amount, long posted, long previous, long held = 0, long debt = 0) =>
        new(account, amount, sequence, posted, held)
        {
            PreviousBlock = previous,
            Debt = debt == 0 ? null : new DebtState(debt, []),
        };

    private static LedgerRecord Record(long block, Entry[] entries, string? reference)
    {
        var id = Guid.NewGuid();
        var command = new Transfer(
            id, [], "acme", null, TransferKind.Transfer, AccountRef.To(Guid.NewGuid()), AccountRef.To(Guid.NewGuid()), "EUR", 1, reference,
            null);
        return LedgerRecord.Posted(command, new Posting(id, TransferKind.Transfer, "EUR", entries)) with
        {
            Block = block,
            At = 1_700_000_000_000 + block * 31,
        };
    }
}
