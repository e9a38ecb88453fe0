using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Projection.ResumePoints;

namespace CreditSystem.Ledger.Tests.Engine;

/// <summary>What has changed in some blocks, packed, and which of it a start reads.</summary>
public sealed class AccountDeltaTests
{
    [Fact]
    public void Of_deltas_those_are_read_that_follow_one_another_and_lead_furthest()
    {
        Assert.Equal([(0, 5), (3, 9), (9, 12)], Spans(0, (0, 5), (5, 7), (3, 9), (9, 12), (14, 20)));
        Assert.Equal([(3, 9), (9, 12)], Spans(5, (0, 5), (5, 7), (3, 9), (9, 12)));
        Assert.Equal([], Spans(2, (3, 9), (0, 2)));
        Assert.Equal([(2, 9)], Spans(3, (0, 9), (2, 9), (3, 8)));

        static IEnumerable<(long, long)> Spans(long from, params (long After, long Last)[] all) =>
            DeltaReader.Chain(all.Select(one => new AccountDelta(0, one.After, one.Last, [], Guid.NewGuid(), 1)), from)
                .Select(delta => (delta.After, delta.Last));
    }

    [Fact]
    public void Accounts_are_read_as_they_were_packed_and_a_page_is_known_by_what_it_is_of()
    {
        var all = Enumerable.Range(0, 5000).Select(i => new AccountState
        {
            Id = Guid.NewGuid(),
            Tenant = "acme",
            Holder = $"holder {i}",
            Asset = "credits",
            Posted = i,
            Held = i % 7,
            Sequence = i + 1,
            Trail = [3, i + 4],
            DisplayName = i % 2 == 0 ? "name" : null,
            Metadata = i % 3 == 0 ? new string('m', 500) : null,
            Holds = i % 5 == 0 ? [new OpenHold(Guid.NewGuid(), i)] : [],
            ChangedIn = i % 11,
        }).ToList();
        var delta = new AccountDelta(3, 8, 9, [1, 2, 3], Guid.NewGuid(), 0);
        var pages = delta.Pack(all).ToList();
        var (found, other) = (new Dictionary<Guid, AccountState>(), new Dictionary<Guid, AccountState>());

        Assert.True(pages.Count > 1);
        for (var page = 0; page < pages.Count; page++)
            Assert.True(delta.TryUnpack(page, pages[page], found));
        Assert.Equivalent(all, all.Select(account => found[account.Id]).ToList(), strict: true);
        Assert.False(delta.TryUnpack(1, pages[0], other));
        foreach (var wrong in new[]
        {
            delta with { Partition = 4 }, delta with { After = 7 }, delta with { Last = 10 }, delta with { Hash = [1, 2, 4] },
            delta with { Id = Guid.NewGuid() },
        })
            Assert.False(wrong.TryUnpack(0, pages[0], other));
        Assert.False(delta.TryUnpack(0, pages[0][..^1], other));
        Assert.Empty(other);
    }
}
