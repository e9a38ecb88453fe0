using System.Globalization;
using CreditSystem.Api.Problems;
using CreditSystem.Identity;
using CreditSystem.Ledger;
using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Partitions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CreditSystem.Api.Http;

/// <summary>From the outcomes of the ledger to HTTP.</summary>
internal static class LedgerResults
{
    /// <summary>Commits the command and answers; a replay gives the answer of the first time.</summary>
    public static async Task<IResult> ExecuteAsync(HttpContext context, CreditLedger ledger, Command command, Func<LedgerRecord, IResult> accepted) =>
        await ledger.ExecuteAsync(command with { TraceId = Problem.TraceId }) is { } committed
            ? Answer(context, committed, command.Fingerprint, accepted)
            : InFlight(context);

    /// <summary>
    /// What to answer to a request that is outside its bounds now. Bounds can be changed: where the log has the request
    /// under its key, it was inside them, and a retry must learn what became of it.
    /// </summary>
    public static async Task<IResult> RefuseAsync(
        HttpContext context, CreditLedger ledger, Caller caller, IdempotencyKey key, ProblemHttpResult problem, Func<LedgerRecord, IResult> accepted) =>
        problem.StatusCode == StatusCodes.Status422UnprocessableEntity
        && await ledger.FindRecordAsync(caller.Tenant, key.Id, context.RequestAborted) is { } record && record.Command.Id == key.Id
            ? Answer(context, new Committed(record, Replayed: true), key.Fingerprint, accepted)
            : problem;

    public static IResult Answer(HttpContext context, Committed committed, byte[] fingerprint, Func<LedgerRecord, IResult> accepted)
    {
        if (committed.Replayed)
        {
            if (!committed.Record.Command.Fingerprint.AsSpan().SequenceEqual(fingerprint))
                return KeyReused();
            context.Response.Headers[IdempotencyKey.ReplayedHeaderName] = "true";
        }
        return committed.Record.Rejection is { } rejection ? Rejected(committed.Record, rejection) : accepted(committed.Record);
    }

    public static IResult InFlight(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "1";
        return Problem.Of(StatusCodes.Status409Conflict, "idempotency_in_flight", "A request with this Idempotency-Key is being processed.");
    }

    public static ProblemHttpResult KeyReused() => Problem.Of(
        StatusCodes.Status422UnprocessableEntity, "idempotency_key_reused", "This Idempotency-Key was used for another request.");

    /// <summary>The problem that a rejection is answered with: a function of the record alone, so that replays are equal.</summary>
    public static IResult Rejected(LedgerRecord record, Rejection rejection)
    {
        var (status, code, detail) = Describe(rejection.Code);
        var members = new List<(string, object?)>();
        Add("available", rejection.Available?.ToString(CultureInfo.InvariantCulture));
        Add("required", rejection.Required?.ToString(CultureInfo.InvariantCulture));
        Add("index", rejection.Index);
        Add("state", rejection.State is { } state ? Codes.Of(state) : null);
        var problem = Problem.Of(status, code, detail, [.. members]);
        problem.ProblemDetails.Extensions[Problem.TraceIdMember] = record.Command.TraceId ?? record.Command.Id.ToString("N");
        // Past the problem service, which would put the trace of this request in place of the first one's.
        return TypedResults.Json(problem.ProblemDetails, contentType: "application/problem+json", statusCode: status);

        void Add(string name, object? value)
        {
            if (value is not null)
                members.Add((name, value));
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
        RejectionCode.NotTransferable => (422, "not_transferable", "Promotional credits stay with their holder; without them there is not that much."),
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, null),
    };
}
