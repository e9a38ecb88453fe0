namespace CreditSystem.Ledger.Model;

/// <summary>What a grant promised; never changes. Times are Unix milliseconds.</summary>
public sealed record LotTerms(
    Guid Id, long Amount, int Priority, long? ExpiresAt, bool Promotional, long EffectiveAt, long CreatedAt, SystemAccount Source)
    : IComparable<LotTerms>
{
    public const int HighestPriority = 0;
    public const int DefaultPriority = 50;
    public const int LowestPriority = 1000;

    /// <summary>What an account holds outside grants: paid, never expires, and the only part that may be overdrawn.</summary>
    public static readonly LotTerms Base = new(Guid.Empty, 0, DefaultPriority, null, false, 0, 0, SystemAccount.None);

    /// <summary>Whether it pays what its account owes.</summary>
    public GrantDebt Debt { get; init; }

    public bool IsBase => Id == Guid.Empty;

    public bool PaysDebt => Debt == GrantDebt.Always || Debt == GrantDebt.PaidOnly && !Promotional;

    /// <summary>The order of burn-down: priority, expiry (none last), promotional before paid, effective, created, id.</summary>
    public int CompareTo(LotTerms? other)
    {
        if (other is null)
            return 1;
        var order = Priority.CompareTo(other.Priority);
        if (order == 0)
            order = (ExpiresAt ?? long.MaxValue).CompareTo(other.ExpiresAt ?? long.MaxValue);
        if (order == 0)
            order = other.Promotional.CompareTo(Promotional);
        if (order == 0)
            order = EffectiveAt.CompareTo(other.EffectiveAt);
        if (order == 0)
            order = CreatedAt.CompareTo(other.CreatedAt);
        return order != 0 ? order : Id.CompareTo(other.Id);
    }

    public static bool operator <(LotTerms left, LotTerms right) => left.CompareTo(right) < 0;

    public static bool operator >(LotTerms left, LotTerms right) => left.CompareTo(right) > 0;

    public static bool operator <=(LotTerms left, LotTerms right) => left.CompareTo(right) <= 0;

    public static bool operator >=(LotTerms left, LotTerms right) => left.CompareTo(right) >= 0;
}

/// <summary>What is left of a grant. <paramref name="Pinned"/> is the part that open holds have set aside.</summary>
public sealed record Lot(LotTerms Terms, long Remaining, long Pinned)
{
    public long Free => Remaining - Pinned;

    public bool IsDue(long now) => Terms.ExpiresAt <= now && Free > 0;
}

/// <summary>How an entry changes one lot.</summary>
public sealed record LotChange(LotTerms Terms, long Amount, long Pinned);
