using System.Numerics;
using CreditSystem.Ledger.Limits;

namespace CreditSystem.Ledger.Model;

/// <summary>An account as of its last entry. Immutable, so readers need no lock. Amounts are minor units.</summary>
public sealed record AccountState
{
    public required Guid Id { get; init; }
    public required string Tenant { get; init => field = SharedNames.Of(value); }
    public required string Holder { get; init; }
    public required string Asset { get; init => field = SharedNames.Of(value); }
    public SystemAccount System { get; init; }
    public long CreditLimit { get; init; }

    /// <summary>What people call it; null for nothing.</summary>
    public string? DisplayName { get; init; }

    /// <summary>The caller's JSON, an object of strings; null for nothing.</summary>
    public string? Metadata { get; init; }

    /// <summary>The block of the last change of its terms; 0 where they are those that it was opened with.</summary>
    public long ChangedIn { get; init; }

    public long OpenedAt { get; init; }
    public long Posted { get; init; }
    public long Held { get; init; }

    /// <summary>The number of entries, and the sequence number of the last one.</summary>
    public long Sequence { get; init; }

    /// <summary>
    /// The blocks of the entries numbered <see cref="Sequence"/>, the same with its lowest bit cleared, and so on to the
    /// first: what the next entry points back to, so that history is found in the log without an index.
    /// </summary>
    public long[] Trail { get; init; } = [];

    /// <summary>Grants with something left, in the order of burn-down.</summary>
    public Lot[] Lots { get; init; } = [];
    public OpenHold[] Holds { get; init; } = [];

    /// <summary>What it owes; null for nothing.</summary>
    public DebtState? Debt { get; init; }

    /// <summary>Minor units.</summary>
    public long Owed => Debt?.Amount ?? 0;

    /// <summary>A system account that nothing has happened on yet.</summary>
    public static AccountState OfSystem(string tenant, SystemAccount system, string asset, long openedAt) => new()
    {
        Id = LedgerId.ForSystemAccount(tenant, system, asset),
        Tenant = tenant,
        Holder = system.ToCode(),
        Asset = asset,
        System = system,
        OpenedAt = openedAt,
    };

    public bool IsSystem => System != SystemAccount.None;

    /// <summary>What is free outside grants. With an overdraft beside large grants it is less than an Int64 can hold.</summary>
    public Int128 BaseFree
    {
        get
        {
            var free = (Int128)Posted - Held;
            foreach (var lot in Lots)
                free -= lot.Free;
            return free;
        }
    }

    /// <summary>What cannot be spent yet because its grant is not effective.</summary>
    public long Pending(long now) => Saturating(PendingExactly(now));

    public long Available(long now) => Saturating(Uncommitted(now) + CreditLimit);

    /// <summary>What can be spent without overdraft: what is owed cannot.</summary>
    public Int128 Uncommitted(long now) => (Int128)Posted - Held - PendingExactly(now) - Owed;

    /// <summary>The earliest time at which a grant or a hold of this account expires.</summary>
    public long? NextExpiry()
    {
        long? next = null;
        foreach (var lot in Lots)
            if (lot.Free > 0 && lot.Terms.ExpiresAt is { } expiresAt && !(next <= expiresAt))
                next = expiresAt;
        foreach (var hold in Holds)
            if (!(next <= hold.ExpiresAt))
                next = hold.ExpiresAt;
        return next;
    }

    public long PreviousBlock => Trail.Length == 0 ? 0 : Trail[^1];

    /// <summary>The block of the entry whose number is the next one with its lowest bit cleared.</summary>
    public long JumpBlock()
    {
        var depth = BitOperations.TrailingZeroCount(Sequence + 1);
        return depth < Trail.Length ? Trail[^(depth + 1)] : 0;
    }

    public long[] TrailAfter(long block)
    {
        var kept = Trail.Length - BitOperations.TrailingZeroCount(Sequence + 1);
        var trail = new long[kept + 1];
        Array.Copy(Trail, trail, kept);
        trail[kept] = block;
        return trail;
    }

    private Int128 PendingExactly(long now)
    {
        var pending = (Int128)0;
        foreach (var lot in Lots)
            if (lot.Terms.EffectiveAt > now)
                pending += lot.Free;
        return pending;
    }

    private static long Saturating(Int128 value) => (long)Int128.Clamp(value, long.MinValue, long.MaxValue);
}

/// <summary>An active hold as its account sees it.</summary>
public sealed record OpenHold(Guid Id, long ExpiresAt);

/// <summary>What can be changed about an account after it was opened, as it is after a change.</summary>
/// <param name="CreditLimit">How far it may be overdrawn, minor units, from 0.</param>
/// <param name="DisplayName">What people call it; null for nothing.</param>
/// <param name="Metadata">The caller's JSON, an object of strings; null for nothing.</param>
public sealed record AccountTerms(long CreditLimit, string? DisplayName, string? Metadata);
