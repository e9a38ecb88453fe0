namespace CreditSystem.Tests.Deploy.Checklist;

/// <summary>One item of the checklist.</summary>
/// <param name="Number">Its number, 1 to 40.</param>
/// <param name="Title">What it asks for.</param>
/// <param name="Problems">Everything in an overlay that goes against it; empty when it holds.</param>
internal sealed record ChecklistItem(int Number, string Title, Func<Overlay, IEnumerable<string>> Problems)
{
    /// <summary>Changes that break the item, each of which the check must notice.</summary>
    internal required IReadOnlyList<Func<Overlay, Overlay>> Mutations { get; init; }

    /// <summary>A change to the rendered objects.</summary>
    internal static Func<Overlay, Overlay> Change(Action<Overlay> change) => overlay =>
    {
        var copy = overlay.Copy();
        change(copy);
        return copy;
    };

    public override string ToString() => $"{Number}. {Title}";
}
