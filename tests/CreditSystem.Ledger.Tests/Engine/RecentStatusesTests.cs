using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Lists.Statuses;
using CsCheck;

namespace CreditSystem.Ledger.Tests.Engine;

/// <summary>What has happened to holds and grants lately is found without looking at all of it, and is what a list of all of it has.</summary>
public sealed class RecentStatusesTests
{
    private const int Accounts = 3;

    private static readonly Gen<StatusChange[]> Changes = Gen.Select(Gen.Int[0, 12], Gen.Int[0, Accounts - 1], Gen.Int[0, 5], Gen.Bool, Gen.Int[0, 2])
        .Select((item, account, status, isNew, step) => (item, account, status, isNew, step)).Array[0, 60].Select(made =>
        {
            var block = 1L;
            return made.Select(one => new StatusChange(
                new ListPosition(block += one.step, 0, 0), "acme", LedgerList.Grants, PositionOf(one.item), AccountOf(one.account),
                (ListStatus)one.status, one.isNew)).ToArray();
        });

    [Fact]
    public void Finds_what_a_list_of_all_changes_has() =>
        Gen.Select(Changes, Gen.Int[0, 60], Gen.Int[0, 13], Gen.Int[0, 13], Gen.Int[1, 14], Gen.Int[0, (1 << Accounts) - 1]).Sample(
            (changes, dropped, before, from, most, accounts) =>
            {
                var recent = new RecentStatuses();
                foreach (var change in changes)
                    recent.Add(change);
                // What is dropped is whole blocks, the first ones.
                var upTo = dropped < changes.Length ? changes[dropped].Made.Block : 0;
                foreach (var position in changes.Where(change => change.Made.Block <= upTo).Select(change => change.Position).Distinct())
                    recent.Drop(position, upTo);
                var left = changes.Where(change => change.Made.Block > upTo).ToList();
                var wanted = accounts == 0 ? null : Enumerable.Range(0, Accounts).Where(i => (accounts >> i & 1) == 1).Select(AccountOf).ToList();

                var found = recent.Before(wanted, PositionOf(before), PositionOf(from).CreatedAt, most);

                var expected = left.Where(change => wanted?.Contains(change.Account) != false).Select(change => change.Position).Distinct()
                    .Where(position => position < PositionOf(before) && position.CreatedAt >= PositionOf(from).CreatedAt)
                    .OrderDescending().Take(most).ToList();
                Assert.Equal(expected, found.Select(item => item.Position));
                foreach (var (position, own) in found)
                    AssertSame([.. left.Where(change => change.Position == position)], own);
                Assert.Equal(left.Select(change => change.Position).Distinct().Count(), recent.Count);
                for (var i = 0; i <= 12; i++)
                    AssertSame([.. left.Where(change => change.Position == PositionOf(i))], recent.Of(PositionOf(i)));
            }, iter: 5000);

    // Of several with one account and outcome the last one stands for all.
    private static void AssertSame(List<StatusChange> all, StatusChange[] kept) => Assert.Equal(LastOfEach(all), LastOfEach([.. kept]));

    private static IEnumerable<StatusChange> LastOfEach(List<StatusChange> changes) => changes.Where((change, i) => !changes.Skip(i + 1).Any(
        later => (later.Account, later.Status, later.IsNew) == (change.Account, change.Status, change.IsNew)));

    /// <summary>A grant that is used and handed on again and again; it would take minutes if each looked at all before it.</summary>
    [Fact]
    public void What_is_changed_often_takes_no_more_room_than_it_has_outcomes()
    {
        var recent = new RecentStatuses();
        for (var i = 1; i <= 200_000; i++)
            recent.Add(new StatusChange(
                new ListPosition(i, 0, 0), "acme", LedgerList.Grants, PositionOf(1), AccountOf(i % 10_000), ListStatus.Used, IsNew: false));

        Assert.InRange(recent.Of(PositionOf(1)).Length, 10_000, 40_000);
        Assert.Equal(200_000, recent.Of(PositionOf(1))[^1].Made.Block);
        recent.Drop(PositionOf(1), 200_000);
        Assert.Equal(0, recent.Count);
        Assert.Empty(recent.Before([AccountOf(7)], PositionOf(2), 0, 1));
    }

    private static StatusPosition PositionOf(int item) => new(1000 + item / 2, new Guid(item, 0, 0, new byte[8]));

    private static Guid AccountOf(int account) => new(100 + account, 0, 0, new byte[8]);
}
