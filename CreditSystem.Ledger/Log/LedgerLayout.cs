using CreditSystem.Ledger.Partitions;

namespace CreditSystem.Ledger.Log;

/// <summary>How the ledger lies in its database. It is stored there, at the first use.</summary>
/// <param name="Partitions">How many logs the tenants are spread over: it decides where a tenant's log is.</param>
/// <param name="Epoch">How often the ledger has been spread over another number of logs; each time into collections of their own.</param>
/// <param name="MovingTo">The number that it is being spread over now; null while it is not.</param>
public sealed record LedgerLayout(int Partitions, int Epoch = 0, int? MovingTo = null)
{
    /// <summary>The log that holds all of a tenant.</summary>
    public int PartitionOf(string tenant) => (int)(Hash(tenant) % (uint)Partitions);

    // FNV-1a: the same on every replica, unlike string.GetHashCode.
    private static uint Hash(string tenant)
    {
        var hash = 2166136261u;
        foreach (var character in tenant)
            hash = (hash ^ character) * 16777619u;
        return hash;
    }

    /// <summary>The collection of the name in this epoch.</summary>
    public string NameOf(string name) => Epoch == 0 ? name : $"{name}_{Epoch}";

    /// <exception cref="LedgerLayoutException">The ledger cannot be served as it is configured.</exception>
    public void Require(int partitions)
    {
        if (MovingTo is { } target)
            throw new LedgerLayoutException(
                $"The ledger in this database is being spread over {target} logs. Let `ledger repartition --partitions {target}` end, "
                + "or go back with `ledger repartition --cancel`.");
        if (Partitions != partitions)
            throw new LedgerLayoutException(
                $"Ledger:Partitions is {partitions}, but the ledger in this database is spread over {Partitions} logs: "
                + $"its tenants would start again at zero. Set Ledger:Partitions to {Partitions}, "
                + $"or spread the ledger over {partitions} logs "
                + $"with `ledger repartition --partitions {partitions}` while the API is stopped.");
    }
}

/// <summary>The ledger cannot be served as it is configured; the message says what to do. Requests get 503.</summary>
public sealed class LedgerLayoutException(string message) : LedgerUnavailableException(message, LedgerUnavailableReason.Storage);
