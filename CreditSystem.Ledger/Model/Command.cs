namespace CreditSystem.Ledger.Model;

/// <summary>What somebody asks of the ledger, with all that the outcome depends on besides the state and the time.</summary>
/// <param name="Id">Exactly-once for ever: at most one outcome in the log has this id.</param>
/// <param name="Fingerprint">SHA-256 of what was asked; another one under the same id is refused.</param>
/// <param name="Holder">Only accounts of this holder may be debited or read; null for the tenant itself.</param>
public abstract record Command(Guid Id, byte[] Fingerprint, string Tenant, string? Holder)
{
    /// <summary>The trace of the request, kept with a rejection so that its replays name the same one.</summary>
    public string? TraceId { get; init; }
}

public sealed record OpenAccount(Guid Id, byte[] Fingerprint, string Tenant, string? Holder, string AccountHolder, string Asset, long CreditLimit)
    : Command(Id, Fingerprint, Tenant, Holder);

public sealed record MoveCredits(
    Guid Id, byte[] Fingerprint, string Tenant, string? Holder,
    TransferKind Kind, AccountRef From, AccountRef To, string? Asset, long Amount, string? Reference, string? Metadata)
    : Command(Id, Fingerprint, Tenant, Holder)
{
    public GrantTransfer Grants { get; init; }
}

/// <summary>All of the transfers or none.</summary>
public sealed record MoveCreditsAtomically(Guid Id, byte[] Fingerprint, string Tenant, string? Holder, MoveCredits[] Items)
    : Command(Id, Fingerprint, Tenant, Holder)
{
    /// <summary>Stands in the log for a request whose parts are commands of their own.</summary>
    public static MoveCreditsAtomically Request(Guid id, byte[] fingerprint, string tenant, string? holder) => new(id, fingerprint, tenant, holder, []);
}

/// <param name="Amount">Null: all that has not been reversed yet.</param>
public sealed record ReverseTransfer(
    Guid Id, byte[] Fingerprint, string Tenant, string? Holder, Guid Transfer, long? Amount, string? Reference, string? Metadata)
    : Command(Id, Fingerprint, Tenant, Holder)
{
    public ReversalPolicy Policy { get; init; }

    public GrantTransfer Grants { get; init; }
}

public sealed record PlaceHold(
    Guid Id, byte[] Fingerprint, string Tenant, string? Holder, Guid Account, AccountRef Destination, long Amount, long ExpiresAt, string? Reference, string? Metadata)
    : Command(Id, Fingerprint, Tenant, Holder)
{
    /// <summary>The asset whose bounds the amount is within, where the account was not known yet; of another asset it is refused.</summary>
    public string? Asset { get; init; }

    public GrantTransfer Grants { get; init; }
}

/// <param name="Amount">Null: all that is left.</param>
/// <param name="Final">Release what is left after this capture.</param>
public sealed record CaptureHold(Guid Id, byte[] Fingerprint, string Tenant, string? Holder, Guid Hold, long? Amount, bool Final)
    : Command(Id, Fingerprint, Tenant, Holder);

public sealed record VoidHold(Guid Id, byte[] Fingerprint, string Tenant, string? Holder, Guid Hold) : Command(Id, Fingerprint, Tenant, Holder);

public sealed record IssueGrant(
    Guid Id, byte[] Fingerprint, string Tenant, string? Holder, Guid Account, long Amount, SystemAccount Source, int Priority,
    bool Promotional, long? EffectiveAt, long? ExpiresAt, string? Reference, string? Metadata)
    : Command(Id, Fingerprint, Tenant, Holder)
{
    /// <summary>The asset whose bounds the amount is within, where the account was not known yet; of another asset it is refused.</summary>
    public string? Asset { get; init; }
}

public sealed record VoidGrant(Guid Id, byte[] Fingerprint, string Tenant, string? Holder, Guid Grant, Guid Account) : Command(Id, Fingerprint, Tenant, Holder);

/// <summary>Posts what has expired on an account. Issued by the ledger itself, lazily or by the sweeper.</summary>
internal sealed record ExpireLot(Guid Id, string Tenant, Guid Account, Guid Lot) : Command(Id, [], Tenant, null)
{
    /// <summary>When it was due, which may be long before anybody looked; null under the first rules.</summary>
    public long? DueAt { get; init; }
}

internal sealed record ExpireHold(Guid Id, string Tenant, Guid Account, Guid Hold) : Command(Id, [], Tenant, null);

/// <summary>Asks for nothing but that what is due on the account is settled; leaves no record of its own.</summary>
internal sealed record SettleAccount(Guid Id, string Tenant, Guid Account) : Command(Id, [], Tenant, null);
