using System.Collections.Concurrent;

namespace CreditSystem.ServiceDefaults;

/// <summary>
/// What needs a look although requests are served. Each part of the service reports and withdraws its own; <c>/health</c>
/// says degraded while there is one. Everybody may read it: words of our own, no secret, nothing of a tenant, no server's text.
/// </summary>
public sealed class HealthReasons
{
    private readonly ConcurrentDictionary<string, string> _reported = new(StringComparer.Ordinal);

    /// <summary>In the order of their sources.</summary>
    public IReadOnlyList<string> Current => [.. _reported.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value)];

    /// <param name="source">Names the part that reports; it has one reason at a time.</param>
    /// <param name="reason">A sentence that begins with what it is about, as in <c>ledger: its invariants do not hold.</c></param>
    public void Report(string source, string reason) => _reported[source] = reason;

    /// <summary>The reason of the part is over.</summary>
    /// <param name="source">The part that reported it.</param>
    public void Withdraw(string source) => _reported.TryRemove(source, out _);
}
