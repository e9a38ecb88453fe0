using System.Collections.Concurrent;

namespace CreditSystem.Ledger.Limits;

/// <summary>
/// One string for each name that millions of accounts have in common: it is in the processor's cache when they are compared, and in
/// memory once.
/// </summary>
internal static class SharedNames
{
    // Far more than there are tenants and assets; beyond that a name is as it came.
    private const int Most = 10_000;

    private static readonly ConcurrentDictionary<string, string> Names = new(StringComparer.Ordinal);
    private static int count;

    public static string Of(string name)
    {
        if (Names.TryGetValue(name, out var shared))
            return shared;
        return Interlocked.Increment(ref count) <= Most ? Names.GetOrAdd(name, name) : name;
    }
}
