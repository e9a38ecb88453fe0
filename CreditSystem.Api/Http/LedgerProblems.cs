using System.Globalization;

namespace CreditSystem.Api.Http;

/// <summary>What the ledger did not do, as problems.</summary>
internal static class LedgerProblems
{
    public static ProblemHttpResult InFlight() => ApiProblems.RetryLater(
        StatusCodes.Status409Conflict, "idempotency_in_flight", "A request with this Idempotency-Key is being processed.",
        retryAfterSeconds: 1);

    public static ProblemHttpResult KeyReused() => ApiProblems.Create(
        StatusCodes.Status422UnprocessableEntity, "idempotency_key_reused", "This Idempotency-Key was used for another request.");

    /// <summary>The problem that a rejection is answered with: a function of the record alone, so that replays are equal.</summary>
    /// <param name="record">What the ledger has of the command.</param>
    /// <param name="rejection">Why it was rejected.</param>
    /// <param name="existing">What is there already, where that is why.</param>
    public static ProblemHttpResult Rejected(LedgerRecord record, Rejection rejection, Guid? existing)
    {
        var (status, code, detail) = Describe(rejection.Code);
        var problem = ApiProblems.Create(status, code, detail);
        Add("available", rejection.Available?.ToString(CultureInfo.InvariantCulture));
        Add("required", rejection.Required?.ToString(CultureInfo.InvariantCulture));
        Add("id", existing?.ToString("D"));
        Add("index", rejection.Index);
        Add("state", rejection.State is { } state ? WireNames.From(state) : null);
        Add(ApiProblems.TraceIdMember, record.Command.TraceId ?? record.Command.Id.ToString("N"));
        return problem;

        void Add(string name, object? value)
        {
            if (value is not null)
                problem.ProblemDetails.Extensions[name] = value;
        }
    }

    public static (int Status, string Code, string Detail) Describe(RejectionCode code) => code switch
    {
        RejectionCode.AccountNotFound => (404, "account_not_found", "There is no such account."),
        RejectionCode.AccountExists => (409, "account_exists", "The holder has an account in this asset."),
        RejectionCode.TransferNotFound => (404, "transfer_not_found", "There is no such transfer."),
        RejectionCode.HoldNotFound => (404, "hold_not_found", "There is no such hold."),
        RejectionCode.GrantNotFound => (404, "grant_not_found", "There is no such grant."),
        RejectionCode.InsufficientFunds => (422, "insufficient_funds", "The account does not have that much available."),
        RejectionCode.AssetMismatch => (422, "asset_mismatch", "Both accounts must be in the asset of the request."),
        RejectionCode.SameAccount => (422, "same_account", "Credits cannot move from an account to itself."),
        RejectionCode.LimitExceeded => (422, "limit_exceeded", "A balance would exceed what the ledger can hold."),
        RejectionCode.DuplicateReference => (409, "duplicate_reference", "Another transfer has this reference."),
        RejectionCode.NotReversible => (422, "not_reversible", "Transfers of this kind cannot be reversed."),
        RejectionCode.AlreadyReversed => (409, "already_reversed", "The transfer is fully reversed."),
        RejectionCode.ReversalExceedsTransfer => (422, "reversal_exceeds_transfer", "Reversals may not add up to more than the transfer."),
        RejectionCode.HoldNotActive => (409, "hold_not_active", "The hold is not active."),
        RejectionCode.CaptureExceedsHold => (422, "capture_exceeds_hold", "Captures may not add up to more than the hold."),
        RejectionCode.GrantNotActive => (409, "grant_not_active", "Nothing is left of the grant."),
        RejectionCode.GrantHeld => (409, "grant_held", "A hold has set a part of the grant aside."),
        RejectionCode.KindNotAllowed => (422, "kind_not_allowed", "This kind of transfer is not possible between these accounts."),
        RejectionCode.AlreadyExpired => (422, "already_expired", "The expiry is not in the future."),
        RejectionCode.GrantEnded => (409, "grant_ended", "A grant that the credits belong to has expired or was voided."),
        RejectionCode.NotTransferable =>
            (422, "not_transferable", "Promotional credits stay with their holder; without them there is not that much."),
        RejectionCode.ExceedsDebt => (422, "exceeds_debt", "The account does not owe that much."),
        RejectionCode.CreditLimitInUse =>
            (422, "credit_limit_in_use", "The account is overdrawn by more than the credit limit is to be."),
        RejectionCode.MetadataTooLarge =>
            (422, "metadata_too_large", "With this change the metadata would have more bytes than it may."),
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, null),
    };
}
