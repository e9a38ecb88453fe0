namespace CreditSystem.Ledger.Model;

/// <summary>Why the state of the ledger does not allow what was asked. The numbers are stored: never renumber.</summary>
public enum RejectionCode
{
    AccountNotFound = 1,
    AccountExists = 2,
    TransferNotFound = 3,
    HoldNotFound = 4,
    GrantNotFound = 5,
    InsufficientFunds = 6,
    AssetMismatch = 7,
    SameAccount = 8,
    LimitExceeded = 9,
    DuplicateReference = 10,
    NotReversible = 11,
    AlreadyReversed = 12,
    ReversalExceedsTransfer = 13,
    HoldNotActive = 14,
    CaptureExceedsHold = 15,
    GrantNotActive = 16,
    GrantHeld = 17,
    KindNotAllowed = 18,
    AlreadyExpired = 19,

    /// <summary>A grant that the credits belong to has expired or was voided.</summary>
    GrantEnded = 20,

    /// <summary>Enough is there, but of promotional grants, which stay with their holder.</summary>
    NotTransferable = 21,

    /// <summary>The account owes nothing, or less than is to be forgiven.</summary>
    ExceedsDebt = 22,

    /// <summary>The account is overdrawn by more than the credit limit is to be.</summary>
    CreditLimitInUse = 23,

    /// <summary>With the change the metadata would have more bytes than it may.</summary>
    MetadataTooLarge = 24,
}

/// <param name="Index">Which item of an atomic batch failed.</param>
/// <param name="State">What the hold was instead of active.</param>
public sealed record Rejection(
    RejectionCode Code, long? Available = null, long? Required = null, int? Index = null, HoldStatus? State = null);
