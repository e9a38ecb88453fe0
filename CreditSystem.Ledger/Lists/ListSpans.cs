namespace CreditSystem.Ledger.Lists;

/// <summary>
/// Of which blocks lists are stored, as it was known at one moment. It does not change: what is asked of it while something is read fits
/// what was asked of it before.
/// </summary>
internal sealed class ListSpans
{
    // In their order; none overlaps another.
    private readonly ListSpan[] known;
    private readonly Dictionary<Guid, HashSet<(long After, long Last)>> later;
    private readonly HashSet<(long After, long Last)> damaged;

    private ListSpans(
        ListSpan[] known, Dictionary<Guid, HashSet<(long After, long Last)>> later, HashSet<(long After, long Last)> damaged) =>
        (this.known, this.later, this.damaged) = (known, later, damaged);

    public static ListSpans None { get; } = new([], [], []);

    /// <summary>The last span; null where there is none.</summary>
    public ListSpan? Newest => known is [.., var last] ? last : null;

    /// <summary>With other spans instead of these.</summary>
    public ListSpans Of(IEnumerable<ListSpan> spans) => new(Chain(spans), later, damaged);

    /// <summary>With more spans.</summary>
    public ListSpans With(IEnumerable<ListSpan> spans) => Of([.. known, .. spans]);

    /// <summary>With the spans that keys have been looked at in since.</summary>
    public ListSpans With(IEnumerable<KeyValuePair<Guid, HashSet<(long After, long Last)>>> keys)
    {
        var all = new Dictionary<Guid, HashSet<(long After, long Last)>>(later);
        foreach (var (key, spans) in keys)
            all[key] = spans;
        return new ListSpans(known, all, damaged);
    }

    /// <summary>Without relying on a span.</summary>
    public ListSpans Without(long after, long last) => new(known, later, [.. damaged, (after, last)]);

    /// <summary>The block up to which lists are stored, from one on, without a gap.</summary>
    public long EndFrom(long block)
    {
        for (var i = IndexOf(block + 1); i >= 0 && i < known.Length && known[i].After <= block; i++)
            block = known[i].Last;
        return block;
    }

    /// <summary>
    /// Between which blocks a time begins, as near as spans tell: the first is before it (0 where that is not known), the last is not. Null
    /// where no span is.
    /// </summary>
    public (BlockTime Before, BlockTime Last)? Around(long time)
    {
        var i = Array.FindIndex(known, span => span.At >= time);
        if (i < 0)
            return null;
        return (i == 0 ? default : new(known[i - 1].Last, known[i - 1].At), new(known[i].Last, known[i].At));
    }

    /// <summary>Whether all up to a block is before a time.</summary>
    public bool IsBefore(long block, long time) => Find(block, Guid.Empty) is { } span && span.At < time;

    /// <summary>The span that a block is in, if a key was looked at in it; null where there is none.</summary>
    public ListSpan? Find(long block, Guid key) =>
        IndexOf(block) is >= 0 and var i && IsStored(known[i], key) ? known[i] : null;

    /// <summary>The block down to which all is stored that leads up to a span.</summary>
    public long Bottom(ListSpan span, Guid key)
    {
        var i = IndexOf(span.Last);
        while (i > 0 && known[i - 1].Last == known[i].After && IsStored(known[i - 1], key))
            i--;
        return i < 0 ? span.After : known[i].After;
    }

    /// <summary>The end of the last span before a block; 0 where there is none.</summary>
    public long EndBefore(long block, Guid key) =>
        Array.FindLast(known, span => span.Last < block && IsStored(span, key))?.Last ?? 0;

    /// <summary>Blocks up to one that are in no span, and spans in which a key was not looked at.</summary>
    public IEnumerable<(long After, long Last)> Missing(long upTo, Guid key)
    {
        var after = 0L;
        foreach (var span in known)
        {
            if (span.After >= upTo)
                break;
            if (key == Guid.Empty && span.After > after)
                yield return (after, span.After);
            if (!IsStored(span, key))
                yield return (span.After, span.Last);
            after = span.Last;
        }
        if (key == Guid.Empty && after < upTo)
            yield return (after, upTo);
    }

    /// <summary>Whether nothing is missing up to a block, a key included.</summary>
    public bool IsComplete(long upTo, Guid key) => !Missing(upTo, Guid.Empty).Any() && !Missing(upTo, key).Any();

    public bool IsDistrusted(long after, long last) => damaged.Contains((after, last));

    // From the first on, the longest that begins where the one before it ends: several replicas may have written.
    private static ListSpan[] Chain(IEnumerable<ListSpan> spans)
    {
        var chain = new List<ListSpan>();
        foreach (var span in spans.OrderBy(span => span.After).ThenByDescending(span => span.Last))
            if (chain.Count == 0 || span.After >= chain[^1].Last)
                chain.Add(span);
        return [.. chain];
    }

    private bool IsStored(ListSpan span, Guid key) => !damaged.Contains((span.After, span.Last))
        && (key == Guid.Empty || span.Keys.Contains(key) || later.GetValueOrDefault(key)?.Contains((span.After, span.Last)) == true);

    // The span that a block is in.
    private int IndexOf(long block)
    {
        var (low, high) = (0, known.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (known[middle].After < block)
                low = middle + 1;
            else
                high = middle;
        }
        return low - 1 is >= 0 and var index && known[index].Last >= block ? index : -1;
    }
}

/// <summary>A block and its time.</summary>
internal readonly record struct BlockTime(long Number, long At);
