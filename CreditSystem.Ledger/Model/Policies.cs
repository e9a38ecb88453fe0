namespace CreditSystem.Ledger.Model;

/// <summary>What becomes of grants in a transfer from holder to holder. The numbers are stored: never renumber.</summary>
public enum GrantTransfer
{
    /// <summary>They go along with their terms: expiry, priority, and whether they are promotional.</summary>
    WithTerms = 0,

    /// <summary>Promotional ones stay with whom they were given to; paid ones go along with their terms.</summary>
    PaidOnly = 1,
}

/// <summary>Whether a grant pays what its account owes. The numbers are stored: never renumber.</summary>
public enum GrantDebt
{
    /// <summary>One that was paid for does; a promotional one stays, and expires.</summary>
    PaidOnly = 0,

    Always = 1,

    Never = 2,
}

/// <summary>What a reversal does where a grant that had paid has expired since. The numbers are stored: never renumber.</summary>
public enum ReversalPolicy
{
    /// <summary>As if it had not been spent: what is expired goes to breakage, and the answer says so.</summary>
    Restore = 0,

    /// <summary>It is given back as a grant that lasts as long as the expired one had, counted from the reversal.</summary>
    Extend = 1,

    /// <summary>The reversal is refused.</summary>
    Refuse = 2,
}
