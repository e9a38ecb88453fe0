using CreditSystem.Ledger;
using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Partitions;

namespace CreditSystem.Api.Http;

/// <summary>From requests to the records that the ledger has of them.</summary>
internal static class LedgerRequests
{
    /// <summary>Commits the command of a request; a replay has the record of the first time.</summary>
    public static async Task<Validated<LedgerRecord>> CommitAsync(this CreditLedger ledger, KeyedRequest request, Command command) =>
        await ledger.ExecuteAsync(command with { TraceId = ApiProblems.TraceId }) is { } committed
            ? Accept(request, committed)
            : LedgerProblems.InFlight();

    /// <inheritdoc cref="CommitAsync(CreditLedger, KeyedRequest, Command)"/>
    public static async Task<Validated<LedgerRecord>> CommitAsync<TCommand>(
        this CreditLedger ledger, KeyedRequest request, Validated<TCommand> command)
        where TCommand : Command =>
        command.TryGet(out var valid, out var problem)
            ? await ledger.CommitAsync(request, valid)
            : await ledger.RefuseAsync(request, problem);

    /// <summary>
    /// What to answer to a request that is outside its bounds now. Bounds can be changed: where the log has the request
    /// under its key, it was inside them, and a retry must learn what became of it.
    /// </summary>
    public static async Task<Validated<LedgerRecord>> RefuseAsync(
        this CreditLedger ledger, KeyedRequest request, ProblemHttpResult problem) =>
        problem.StatusCode == StatusCodes.Status422UnprocessableEntity
        && await ledger.FindRecordAsync(request.Caller.Tenant, request.Key.Id, request.Aborted) is { } record
        && record.Command.Id == request.Key.Id
            ? Accept(request, new Committed(record, Replayed: true))
            : problem;

    /// <summary>The record, unless it is of another request or rejects this one.</summary>
    public static Validated<LedgerRecord> Accept(KeyedRequest request, Committed committed)
    {
        if (committed.Replayed)
        {
            if (!committed.Record.Command.Fingerprint.AsSpan().SequenceEqual(request.Key.Fingerprint))
                return LedgerProblems.KeyReused();
            request.MarkReplayed();
        }

        return committed.Record.Rejection is { } rejection ? LedgerProblems.Rejected(committed.Record, rejection) : committed.Record;
    }
}
