using CreditSystem.Ledger.Commands.Accounts;
using CreditSystem.Ledger.Lists.Statuses;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Lists;

/// <summary>What can be listed. The numbers are part of stored names: never renumber.</summary>
public enum LedgerList
{
    /// <summary>Accounts of holders, by when they were opened.</summary>
    Accounts = 0,

    /// <summary>Everything that was posted, but changes of accounts.</summary>
    Transfers = 1,

    Holds = 2,
    Grants = 3,
}

/// <summary>Where something that is listed is in a log; lists are in this order, newest first, and it never changes.</summary>
/// <param name="Record">Which record of the block.</param>
/// <param name="Part">Which posting of the record, or which account that it opened.</param>
public readonly record struct ListPosition(long Block, int Record, int Part) : IComparable<ListPosition>
{
    /// <summary>After everything.</summary>
    public static ListPosition End => new(long.MaxValue, 0, 0);

    /// <summary>Before everything in a block.</summary>
    public static ListPosition BeginningOf(long block) => new(block, 0, 0);

    /// <summary>The last block that has something before this.</summary>
    internal long LastBlock => (Record, Part) == (0, 0) ? Block - 1 : Block;

    public int CompareTo(ListPosition other) => (Block, Record, Part).CompareTo((other.Block, other.Record, other.Part));

    public static bool operator <(ListPosition left, ListPosition right) => left.CompareTo(right) < 0;

    public static bool operator >(ListPosition left, ListPosition right) => left.CompareTo(right) > 0;

    public static bool operator <=(ListPosition left, ListPosition right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ListPosition left, ListPosition right) => left.CompareTo(right) >= 0;
}

/// <summary>One thing of a list.</summary>
public sealed record ListItem(LedgerRecord Record, ListPosition Position)
{
    /// <summary>The posting; null of an account that was opened.</summary>
    public Posting? Posting => Opened is null ? Record.Postings[Position.Part] : null;

    /// <summary>Of a hold, how it stands, where that is known already.</summary>
    public HoldState? Hold { get; init; }

    /// <summary>The account that was opened.</summary>
    public AccountState? Opened =>
        Position.Part < Record.Opened.Length && Record.Postings.Length == 0 ? Record.Opened[Position.Part] : null;

    /// <summary>
    /// Whether it is on the account: a hold where it was placed, a grant where it was given to, a transfer on all that it moves.
    /// </summary>
    public bool IsOn(LedgerList list, Guid account) => list switch
    {
        LedgerList.Accounts => Opened?.Id == account,
        LedgerList.Holds => Record.Hold?.Account == account,
        LedgerList.Grants => Posting!.Credit.Account == account,
        _ => Array.Exists(Posting!.Entries, entry => entry.Account == account),
    };
}

/// <summary>What of a list is asked for; null is anything.</summary>
/// <param name="From">The earliest time, Unix milliseconds, inclusive.</param>
/// <param name="Until">The latest, exclusive.</param>
/// <param name="Metadata">Values of metadata that all must be there.</param>
/// <param name="Key">The declared one of these keys that is looked for; the others are compared.</param>
public sealed record ListQuery(
    string Tenant, LedgerList List, TransferKind? Kind = null, string? Asset = null, long? From = null, long? Until = null,
    IReadOnlyList<KeyValuePair<string, string>>? Metadata = null, IndexedKey? Key = null)
{
    /// <summary>The status by which holds or grants are found; what has another by now the caller leaves out.</summary>
    public ListStatus? Status { get; init; }

    /// <summary>Of holds or grants: on one of these accounts; null for anywhere.</summary>
    public IReadOnlyList<Guid>? Accounts { get; init; }

    /// <summary>Whether something that is in the list is asked for.</summary>
    public bool Accepts(ListItem item)
    {
        var (asset, metadata) = item.Opened is { } opened
            ? (opened.Asset, opened.Metadata)
            : (item.Posting!.Asset, item.Posting.Entries[0].Terms?.Metadata ?? item.Record.Details(item.Position.Part).Metadata);
        return (List is LedgerList.Accounts or LedgerList.Transfers || item.Record.Command.Listed == List)
            && (Kind is null || item.Posting?.Kind == Kind) && (Asset is null || asset == Asset) && !(item.Record.At < From)
            && !(item.Record.At >= Until) && (Metadata is null || HasAll(metadata));
    }

    private bool HasAll(string? metadata)
    {
        var members = MetadataPatch.Read(metadata).ToDictionary(member => member.Key, member => member.Value, StringComparer.Ordinal);
        return Metadata!.All(wanted => members.TryGetValue(wanted.Key, out var value) && value == wanted.Value);
    }
}

/// <param name="Items">At most as many as were asked for; it may be fewer, or none, although there are more.</param>
/// <param name="Next">Before what the next page goes on; null where there is nothing more.</param>
public sealed record ListPage(IReadOnlyList<ListItem> Items, ListPosition? Next);

/// <summary>Leaves out of items that were found those that are not asked for, for a reason that is not in the log.</summary>
public delegate ValueTask<IReadOnlyList<ListItem>> ListFilter(IReadOnlyList<ListItem> found, CancellationToken cancellationToken);
