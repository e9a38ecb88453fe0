using System.Collections.Concurrent;
using CreditSystem.Ledger.Lists.Statuses;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Lists;

/// <summary>The names under which rows of a list are stored: all of a list, all transfers of a kind, all with a value of a key.</summary>
internal static class ListTerms
{
    // Few per tenant and asked for all the time.
    private static readonly ConcurrentDictionary<(string Tenant, LedgerList List, TransferKind? Kind), Guid> Known = new();

    private static readonly ConcurrentDictionary<(string Tenant, LedgerList List, ListStatus Status), Guid> KnownStatuses = new();

    /// <summary>The same of one account.</summary>
    public static Guid Of(Guid account, LedgerList list, ListStatus status) => LedgerId.Derive(account, $"{list} of status", (int)status);

    /// <summary>Stands among the keys of a span for that statuses were stored of it.</summary>
    public static readonly Guid Statuses = new("6f1f6c52-9a3c-4d57-8a60-0d8f6f3b9a07");

    private const int MostKnown = 100_000;

    public static Guid Of(string tenant, LedgerList list, TransferKind? kind = null)
    {
        if (Known.TryGetValue((tenant, list, kind), out var term))
            return term;
        term = LedgerId.ForList(tenant, kind is { } one ? $"{(int)list}/{(int)one}" : $"{(int)list}");
        if (Known.Count < MostKnown)
            Known.TryAdd((tenant, list, kind), term);
        return term;
    }

    /// <summary>Under which it is stored what has a status. No key of metadata has this name: it is one part.</summary>
    public static Guid Of(string tenant, LedgerList list, ListStatus status)
    {
        if (KnownStatuses.TryGetValue((tenant, list, status), out var term))
            return term;
        term = LedgerId.ForList(tenant, $"{(int)list}:{(int)status}");
        if (KnownStatuses.Count < MostKnown)
            KnownStatuses.TryAdd((tenant, list, status), term);
        return term;
    }

    public static Guid Of(IndexedKey key, LedgerList list, string value) => LedgerId.ForList(key.Tenant, $"{(int)list}", key.Name, value);

    /// <summary>What a query looks for.</summary>
    public static Guid Of(ListQuery query) => query.Key is { } key
        ? Of(key, query.List, query.Metadata!.First(wanted => wanted.Key == key.Name).Value)
        : Of(query.Tenant, query.List, query.List == LedgerList.Transfers ? query.Kind : null);

    /// <summary>Under which it is stored what blocks of a partition are covered, or covered for a key.</summary>
    public static Guid Coverage(int partition, Guid key) => LedgerId.Derive(key, "coverage", partition);
}
