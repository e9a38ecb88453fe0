using System.Net;
using CreditSystem.Ledger.Orleans.Placement;
using Orleans.Runtime;

namespace CreditSystem.Ledger.Orleans.Tests;

/// <summary>Which replica is to own which partition.</summary>
public sealed class AssignmentTests
{
    private const int Partitions = 16;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(16)]
    public void No_replica_has_more_than_its_share_whatever_the_order_they_are_named_in(int replicas)
    {
        var all = Enumerable.Range(1, replicas).Select(Address).ToList();

        var owners = Assignment.Of(Partitions, all);

        Assert.Equal(Partitions, owners.Length);
        Assert.True(owners.CountBy(owner => owner).Max(share => share.Value) <= (Partitions + replicas - 1) / replicas);
        Assert.Equal(owners, Assignment.Of(Partitions, Enumerable.Reverse(all)));
    }

    [Fact]
    public void What_a_replica_leaves_goes_to_the_others_and_most_of_the_rest_stays()
    {
        var before = Assignment.Of(Partitions, Enumerable.Range(1, 4).Select(Address));

        var after = Assignment.Of(Partitions, Enumerable.Range(1, 3).Select(Address));

        var moved = before.Zip(after).Count(pair => pair.First != pair.Second && pair.First != Address(4));
        Assert.DoesNotContain(Address(4), after);
        Assert.InRange(moved, 0, Partitions / 3);
    }

    [Fact]
    public void Nobody_owns_anything_where_there_is_no_replica() => Assert.Empty(Assignment.Of(Partitions, []));

    private static SiloAddress Address(int number) => SiloAddress.New(IPAddress.Parse($"10.0.0.{number}"), 11111, number);
}
