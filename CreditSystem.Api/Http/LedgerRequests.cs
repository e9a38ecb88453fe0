using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Partitions;

namespace CreditSystem.Api.Http;

/// <summary>From requests to the records that the ledger has of them.</summary>
internal static class LedgerRequests
{
    /// <summary>Commits the command of a request; a replay has the record of the first time.</summary>
    public static async Task<Validated<LedgerRecord>> CommitAsync(this CreditLedger ledger, KeyedRequest request, Command command) =>
        await ledger.ExecuteAsync(command with { TraceId = ApiProblems.TraceId }) is { } committed
            ? await ledger.AcceptAsync(request, committed)
            : LedgerProblems.InFlight();

    /// <inheritdoc cref="CommitAsync(CreditLedger, KeyedRequest, Command)"/>
    public static async Task<Validated<LedgerRecord>> CommitAsync<TCommand>(
        this CreditLedger ledger, KeyedRequest request, Validated<TCommand> command)
        where TCommand : Command =>
        command.TryGet(out var valid, out var problem)
            ? await ledger.CommitAsync(request, valid)
            : await ledger.RefuseAsync(request, problem);

    /// <summary>Commits each command that can be one, with an outcome of its own; the first outcome is the request's.</summary>
    public static async Task<Validated<Committed[]>> CommitEachAsync(
        this CreditLedger ledger, KeyedRequest request, IEnumerable<Validated<Transfer>> items)
    {
        var commands = new List<Command>();
        foreach (var item in items)
            if (item.TryGet(out var command, out _))
                commands.Add(command);
        var header = TransferBatch.Header(request.Key.Id, request.Key.Fingerprint, request.Caller.Tenant, request.Caller.Holder);
        if (await ledger.ExecuteAsync(header, commands) is not { } outcomes)
            return LedgerProblems.InFlight();
        return (await ledger.AcceptAsync(request, outcomes[0])).TryGet(out _, out var problem) ? outcomes : problem;
    }

    /// <summary>
    /// What to answer to a request that is outside its bounds now. Bounds can be changed: where the log has the request
    /// under its key, it was inside them, and a retry must learn what became of it.
    /// </summary>
    public static async Task<Validated<LedgerRecord>> RefuseAsync(
        this CreditLedger ledger, KeyedRequest request, ProblemHttpResult problem) =>
        problem.StatusCode == StatusCodes.Status422UnprocessableEntity
        && await ledger.FindRecordAsync(request.Caller.Tenant, request.Key.Id, request.Aborted) is { } record
        && record.Command.Id == request.Key.Id
            ? await ledger.AcceptAsync(request, new Committed(record, Replayed: true))
            : problem;

    /// <summary>The record, unless it is of another request or rejects this one.</summary>
    public static async Task<Validated<LedgerRecord>> AcceptAsync(this CreditLedger ledger, KeyedRequest request, Committed committed)
    {
        if (committed.Replayed)
        {
            if (!committed.Record.Command.Fingerprint.AsSpan().SequenceEqual(request.Key.Fingerprint))
                return LedgerProblems.KeyReused();
            request.MarkReplayed();
        }

        return committed.Record.Rejection is { } rejection
            ? LedgerProblems.Rejected(committed.Record, rejection, await ledger.ExistingAsync(committed.Record, request.Aborted))
            : committed.Record;
    }

    /// <summary>
    /// What is there already, where that is why a command was rejected: the account, or what has the reference. Neither ever changes, so
    /// that a replay says the same.
    /// </summary>
    public static async ValueTask<Guid?> ExistingAsync(
        this CreditLedger ledger, LedgerRecord rejected, CancellationToken cancellationToken)
    {
        if (rejected is { Rejection.Code: RejectionCode.AccountExists, Command: OpenAccount open })
            return open.Account;
        if (rejected.Rejection is not { Code: RejectionCode.DuplicateReference } rejection
            || rejected.Details(rejection.Index ?? 0).Reference is not { } reference)
            return null;
        var (tenant, name) = (rejected.Command.Tenant, Identifier.Normalize(reference));
        foreach (var id in (Guid[])[
            LedgerId.ForReference(tenant, rejected.Command.Holder, reference), LedgerId.ForReference(tenant, reference)])
            if (await ledger.PartitionOf(tenant).FindRecordAsync(id, cancellationToken) is { Accepted: true } other)
                for (var i = 0; i < other.Postings.Length; i++)
                    if (other.Details(i).Reference is { } taken && Identifier.Normalize(taken) == name)
                        return other.Postings[i].Id;
        return null;
    }
}
