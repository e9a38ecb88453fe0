namespace CreditSystem.Ledger.Model;

/// <summary>
/// What an account owes: credits that were to be taken back and were not there any more. An account without has none of these.
/// </summary>
/// <param name="Amount">Minor units; it is collected from what comes next, before that can be spent.</param>
/// <param name="Drawn">
/// What grants have paid of what was taken back, each once, in the order in which they did: where less is to be taken back after all,
/// they get it back before anything else does.
/// </param>
public sealed record DebtState(long Amount, LotChange[] Drawn)
{
    /// <summary>Null where nothing is owed, and nothing has to be remembered.</summary>
    public static DebtState? Create(long amount, LotChange[] drawn) => amount == 0 && drawn.Length == 0 ? null : new(amount, drawn);

    /// <summary>Compares what is drawn as well: two of the same are the same.</summary>
    public bool Equals(DebtState? other) => other is not null && Amount == other.Amount && Drawn.AsSpan().SequenceEqual(other.Drawn);

    public override int GetHashCode() => HashCode.Combine(Amount, Drawn.Length);
}

/// <summary>How much of a transfer is reversed.</summary>
/// <param name="Total">All of it, minor units.</param>
/// <param name="TakenBack">The part of it that was taken back because its money went back; the rest was reversed by hand.</param>
public readonly record struct ReversedAmount(long Total, long TakenBack)
{
    public long ByHand => Total - TakenBack;
}
