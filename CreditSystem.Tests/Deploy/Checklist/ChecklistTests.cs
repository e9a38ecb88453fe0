namespace CreditSystem.Tests.Deploy.Checklist;

public sealed class ChecklistTests
{
    internal static readonly IReadOnlyDictionary<int, ChecklistItem> Items = ((IEnumerable<ChecklistItem>)
        [.. RenderingItems.All, .. PodSecurityItems.All, .. ServiceItems.All, .. SecretItems.All, .. RotationItems.All, .. NetworkItems.All, .. AvailabilityItems.All])
        .ToDictionary(item => item.Number);

    public static TheoryData<string, int> EveryItemOfEveryOverlay()
    {
        var data = new TheoryData<string, int>();
        foreach (var overlay in Overlay.Names)
        {
            foreach (var number in Items.Keys)
                data.Add(overlay, number);
        }

        return data;
    }

    [Fact]
    public void Has_forty_items() => Assert.Equal(Enumerable.Range(1, 40), Items.Keys.Order());

    [Theory]
    [MemberData(nameof(EveryItemOfEveryOverlay))]
    public void Holds_for_the_rendered_overlay(string overlay, int number)
    {
        var item = Items[number];
        var problems = item.Problems(Overlay.Of(overlay)).ToList();

        Assert.True(problems.Count == 0, $"{item}\n  {string.Join("\n  ", problems)}");
    }

    [Theory]
    [MemberData(nameof(EveryItemOfEveryOverlay))]
    public void Fails_when_a_copy_is_mutated(string overlay, int number)
    {
        var item = Items[number];
        Assert.NotEmpty(item.Mutations);
        Assert.Empty(item.Problems(Overlay.Of(overlay)));

        Assert.All(item.Mutations, mutate => Assert.NotEmpty(item.Problems(mutate(Overlay.Of(overlay)))));
    }
}
