namespace CreditSystem.Ledger.Lists.Statuses;

/// <summary>A hold or a grant that was changed lately.</summary>
/// <param name="Changes">What was done to it, in its order; of what was done on one account with one outcome, at least the last.</param>
internal readonly record struct RecentItem(StatusPosition Position, StatusChange[] Changes);

/// <summary>
/// What was done lately to a tenant's holds, or to its grants: by what it was done to, and in the order of lists. Not for several threads.
/// </summary>
internal sealed class RecentStatuses
{
    private readonly Dictionary<StatusPosition, List<StatusChange>> items = [];
    private readonly SortedSet<StatusPosition> order = [];
    private readonly Dictionary<Guid, SortedSet<StatusPosition>> byAccount = [];

    /// <summary>How many holds or grants.</summary>
    public int Count => items.Count;

    /// <summary>To be called in the order of the log.</summary>
    public void Add(in StatusChange change)
    {
        if (!items.TryGetValue(change.Position, out var changes))
        {
            items[change.Position] = changes = [];
            order.Add(change.Position);
        }
        // A grant may be used, and handed on, a hundred thousand times.
        if (changes.Count == changes.Capacity)
            LeaveLast(changes);
        changes.Add(change);
        if (!byAccount.TryGetValue(change.Account, out var own))
            byAccount[change.Account] = own = [];
        own.Add(change.Position);
    }

    /// <summary>Forgets what was done to one in the blocks up to one.</summary>
    public void Drop(StatusPosition position, long block)
    {
        if (!items.TryGetValue(position, out var changes))
            return;
        var gone = changes.Where(change => change.Made.Block <= block).Select(change => change.Account).ToHashSet();
        changes.RemoveAll(change => change.Made.Block <= block);
        gone.ExceptWith(changes.Select(change => change.Account));
        foreach (var account in gone)
            if (byAccount.TryGetValue(account, out var own) && own.Remove(position) && own.Count == 0)
                byAccount.Remove(account);
        if (changes.Count > 0)
            return;
        items.Remove(position);
        order.Remove(position);
    }

    /// <summary>What was done to one; nothing where that was long ago.</summary>
    public StatusChange[] Of(StatusPosition position) => items.TryGetValue(position, out var changes) ? [.. changes] : [];

    /// <summary>Those before a place, newest first, at most so many.</summary>
    /// <param name="accounts">Only those that were changed on one of these.</param>
    /// <param name="before">The place.</param>
    /// <param name="from">The oldest time of creation, Unix milliseconds.</param>
    /// <param name="most">The most.</param>
    public List<RecentItem> Before(IReadOnlyList<Guid>? accounts, StatusPosition before, long from, int most)
    {
        var oldest = new StatusPosition(from, Guid.Empty);
        if (before <= oldest)
            return [];
        var found = accounts is null
            ? Down(order, oldest, before).Take(most)
            : accounts.Select(account => byAccount.GetValueOrDefault(account)).OfType<SortedSet<StatusPosition>>()
                .SelectMany(own => Down(own, oldest, before).Take(most)).Distinct().OrderDescending().Take(most);
        return [.. found.Select(position => new RecentItem(position, [.. items[position]]))];
    }

    private static IEnumerable<StatusPosition> Down(SortedSet<StatusPosition> set, StatusPosition oldest, StatusPosition before) =>
        set.GetViewBetween(oldest, before).Reverse().SkipWhile(position => position == before);

    // Of several with one account and outcome the last one says all; half of the room is free then, or there will be twice as much.
    private static void LeaveLast(List<StatusChange> changes)
    {
        var later = new HashSet<(Guid, ListStatus, bool)>();
        var kept = changes.Count;
        for (var i = changes.Count - 1; i >= 0; i--)
            if (later.Add((changes[i].Account, changes[i].Status, changes[i].IsNew)))
                changes[--kept] = changes[i];
        changes.RemoveRange(0, kept);
    }
}
