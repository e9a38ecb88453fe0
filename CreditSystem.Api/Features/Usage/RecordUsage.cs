using CreditSystem.Api.Features.Transfers;
using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Partitions;

namespace CreditSystem.Api.Features.Usage;

internal static class RecordUsage
{
    private const string EventMember = "event_id";

    public static async Task<Results<Ok<UsageResults>, ProblemHttpResult>> HandleAsync(
        KeyedRequest<RecordUsageRequest> request, CreditLedger ledger, IOptions<LedgerOptions> options)
    {
        var (caller, events) = (request.Caller, request.Body.Events);
        if ((CreateBatch.Count(events, "events") ?? Unusable(events)) is { } unusable)
            return unusable;
        var accounts = await KnownAccounts.FindAsync(
            ledger, options.Value, caller.Tenant, events.Select(used => used.Account), request.Aborted);
        Validated<Transfer>[] items = [.. events.Select(used => ToCommand(used, caller, ledger, accounts))];
        return (await ledger.CommitEachAsync(request, items)).Answer(outcomes => TypedResults.Ok(Results(events, items, outcomes)));
    }

    /// <summary>Without an id of its own an event cannot be charged once, so the whole request is refused.</summary>
    private static ProblemHttpResult? Unusable(IReadOnlyList<UsageEvent> events)
    {
        var ids = new HashSet<string>(events.Count, StringComparer.Ordinal);
        foreach (var used in events)
            if (used is null)
                return RequestValidation.NullItem();
            else if (RequestValidation.Text("id", used.Id, RequestValidation.MaxNameLength, required: true) is { } invalid)
                return invalid;
            else if (!ids.Add(Identifier.Normalize(used.Id)))
                return ApiProblems.BadRequest("duplicate_event", "Two events of the request have the same id.");
        return null;
    }

    private static Validated<Transfer> ToCommand(UsageEvent used, RequestCaller caller, CreditLedger ledger, KnownAccounts accounts)
    {
        if (used.Unreadable is { } unreadable)
            return ApiProblems.BadRequest(ProblemCodes.Malformed, unreadable);
        if (!RequestValidation.HolderAccount("account", used.Account).TryGet(out var account, out var problem))
            return problem;
        var own = accounts.AssetOf(account);
        var asset = own ?? accounts.DefaultAsset;
        if (!accounts.Within(asset, used.Amount).TryGet(out _, out problem))
            return problem;
        account = accounts.Resolve(account, asset);
        var kept = new SortedDictionary<string, string>(used.Metadata ?? [], StringComparer.Ordinal) { [EventMember] = used.Id };
        if (!RequestValidation.Metadata(kept).TryGet(out var metadata, out problem))
            return problem;
        // A user names events apart from everybody else, so that nobody can take the id of an event that is still to come.
        var holder = caller.Holder;
        var id = IdOf(used.Id);
        if (Identifier.Normalize(used.Id) is var name && name != used.Id && !ledger.PartitionOf(caller.Tenant).MayKnow(id))
            id = IdOf(name);
        var fingerprint = IdempotencyKey.FingerprintOf(HttpMethods.Post, "usage event", used);
        return new Transfer(
            id, fingerprint, caller.Tenant, holder, TransferKind.Burn, account, AccountRef.To(SystemAccount.Revenue),
            own is null || account.IsSystem ? asset : null, used.Amount, null, metadata.Text)
        { TraceId = ApiProblems.TraceId };

        Guid IdOf(string name) => LedgerId.ForUsageEvent(caller.Tenant, holder is null ? name : $"{holder}\0{name}");
    }

    private static UsageResults Results(IReadOnlyList<UsageEvent> events, Validated<Transfer>[] items, Committed[] outcomes)
    {
        var results = new UsageResult[items.Length];
        var next = 1;
        for (var i = 0; i < items.Length; i++)
            results[i] = items[i].TryGet(out var command, out var problem)
                ? Result(events[i].Id, command, outcomes[next++].Record)
                : Refused(events[i].Id, ItemProblem.From(problem));
        return new UsageResults(results);
    }

    private static UsageResult Result(string id, Transfer command, LedgerRecord record)
    {
        if (!record.Command.Fingerprint.AsSpan().SequenceEqual(command.Fingerprint))
            return Refused(
                id, (StatusCodes.Status422UnprocessableEntity, new ItemProblem("event_id_reused", "This id was used for another event.")));
        return record.Rejection is { } rejection
            ? Refused(id, ItemProblem.From(rejection))
            : new UsageResult(id, StatusCodes.Status201Created, TransferResponse.Create(record, 0), null);
    }

    private static UsageResult Refused(string id, (int Status, ItemProblem Problem) refused) =>
        new(id, refused.Status, null, refused.Problem);
}
