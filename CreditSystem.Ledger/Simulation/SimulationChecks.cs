using System.Globalization;
using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.History;
using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Lists.Statuses;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Partitions;

namespace CreditSystem.Ledger.Simulation;

/// <summary>What must hold whatever happened.</summary>
internal sealed class SimulationChecks(
    SimulatedStorage storage, List<(Command Command, LedgerRecord Outcome)> acknowledged, TimeProvider time)
{
    private readonly LedgerState state = new();
    private readonly Dictionary<Guid, LedgerRecord> known = [];
    private readonly Dictionary<Guid, LedgerRecord> commands = [];

    /// <summary>Each command that was answered is in the log, with the outcome that its client got.</summary>
    public void Answers()
    {
        Log();
        foreach (var (command, outcome) in acknowledged)
        {
            Require(commands.TryGetValue(command.Id, out var record),
                $"{command.GetType().Name} {command.Id} was answered and is not in the log");
            Same(command, outcome, record!);
        }
    }

    /// <summary>
    /// The chain is whole; each block, evaluated again, has the same bytes; each command is in it once. Goes on where it stopped.
    /// </summary>
    private void Log()
    {
        foreach (var block in storage.Blocks.Skip((int)state.Head))
        {
            Require(block.Number == state.Head + 1 && block.Previous.AsSpan().SequenceEqual(state.Hash) && block.IsIntact()
                && block.At >= state.At, $"block {block.Number} does not follow");
            var records = block.ReadRecords();
            var view = new LedgerView(state, block.Number, block.At, block.Rules);
            foreach (var (id, record) in known)
                view.Preload(id, record);
            foreach (var record in records)
            {
                Require(commands.TryAdd(record.Command.Id, record), $"block {block.Number}: command {record.Command.Id} is executed twice");
                Evaluator.Execute(view, record.Command);
            }
            Require(RecordWriter.Write(view.Records).AsSpan().SequenceEqual(block.Content.Span),
                $"block {block.Number} has other outcomes when it is evaluated again");
            foreach (var record in view.Records)
                foreach (var id in record.Postings.Select(posting => posting.Id).Append(record.Command.Id)
                    .Concat(record.Command.Aliases(record)))
                    known.TryAdd(id, record);
            state.Advance(view, block.At, block.Hash);
        }
    }

    /// <summary>A replica serves what the log adds up to.</summary>
    public async Task ReplicaAsync(LedgerPartition partition)
    {
        foreach (var tenant in SimulatedWorkload.AllTenants)
        {
            await ListsAsync(partition, tenant);
            await HoldsAsync(partition, tenant);
            await GrantsAsync(partition, tenant);
        }
        foreach (var tenant in SimulatedWorkload.AllTenants)
            foreach (var id in SimulatedWorkload.AccountsOf(tenant))
            {
                Log();
                var least = state.Account(id)?.Sequence ?? -1;
                var served = await UntilThereAsync(async () =>
                {
                    await partition.SynchronizeAsync();
                    return await partition.LoadAccountAsync(id);
                });
                // Sweeps go on; what is served must be what the log says of the same entry.
                Log();
                if (served?.Sequence == state.Account(id)?.Sequence)
                    Require(Text(served) == Text(state.Account(id)),
                        $"account {id} is served as {Text(served)}, and the log adds up to {Text(state.Account(id))}");
                else
                    Require((served?.Sequence ?? -1) >= least,
                        $"account {id} is served at entry {served?.Sequence}, and the log is at {state.Account(id)?.Sequence}");
                if (served is not null)
                    await HistoryAsync(partition, served);
            }
    }

    /// <summary>What a replica lists is what is in the log, newest first, page by page.</summary>
    private async Task ListsAsync(LedgerPartition partition, string tenant)
    {
        var query = new ListQuery(tenant, LedgerList.Transfers);
        var served = new List<Guid>();
        ListPosition? before = null;
        do
        {
            var page = await UntilThereAsync(() => partition.ListAsync(query, before, 7, null, CancellationToken.None).AsTask());
            served.AddRange(page.Items.Select(item => item.Posting!.Id));
            before = page.Next;
        }
        while (before is not null);
        served.Reverse();
        var logged = storage.Blocks.SelectMany(block => block.ReadRecords())
            .Where(record => record.Accepted && record.Command.Tenant == tenant)
            .SelectMany(record => record.Postings).Where(posting => posting.Kind != TransferKind.AccountChange)
            .Select(posting => posting.Id).ToList();
        Require(served.SequenceEqual(logged.Take(served.Count)) && served.Count <= logged.Count,
            $"what is listed of {tenant} is not what is in the log: {served.Count} of {logged.Count}");
    }

    /// <summary>
    /// No hold that is open, in the log and for a replica, is missing among the replica's open ones; and none that it knows of, however it
    /// stands, among those of the accounts.
    /// </summary>
    private async Task HoldsAsync(LedgerPartition partition, string tenant)
    {
        var known = new Dictionary<Guid, Guid>();
        foreach (var id in HoldsInTheLog(tenant).Keys)
            if (await UntilThereAsync(() => partition.LoadHoldAsync(id, CancellationToken.None).AsTask()) is { } hold)
                known[id] = hold.Account;
        var open = new ListQuery(tenant, LedgerList.Holds) { Status = ListStatus.Open };
        if (await ListedAsync(partition, open) is not { } listed)
            return;
        // What has ended meanwhile, for a replica that has come further, need not be there.
        var missing = HoldsInTheLog(tenant).Where(hold => hold.Value == HoldStatus.Active && known.ContainsKey(hold.Key))
            .Select(hold => hold.Key).Except(listed).ToList();
        Require(missing.Count == 0, $"open holds of {tenant} are not listed: {string.Join(' ', missing)}");
        var ofAccounts = new ListQuery(tenant, LedgerList.Holds) { Accounts = [.. known.Values.Distinct()] };
        if (await ListedAsync(partition, ofAccounts) is not { } all)
            return;
        missing = [.. known.Keys.Except(all)];
        Require(missing.Count == 0, $"holds of the accounts of {tenant} are not listed: {string.Join(' ', missing)}");
    }

    /// <summary>No grant of which something is left, in the log and for a replica, is missing among the replica's open ones.</summary>
    private async Task GrantsAsync(LedgerPartition partition, string tenant)
    {
        Log();
        var known = new HashSet<Guid>();
        foreach (var id in SimulatedWorkload.AccountsOf(tenant))
            known.UnionWith(OpenGrants(await UntilThereAsync(() => partition.LoadAccountAsync(id).AsTask())));
        // An account may have been read as another replica has stored it, which had come further.
        await UntilThereAsync(async () =>
        {
            await partition.SynchronizeAsync();
            return true;
        });
        if (await ListedAsync(partition, new ListQuery(tenant, LedgerList.Grants) { Status = ListStatus.Open }) is not { } listed)
            return;
        Log();
        known.IntersectWith(SimulatedWorkload.AccountsOf(tenant).SelectMany(id => OpenGrants(state.Account(id))));
        Require(known.IsSubsetOf(listed), $"open grants of {tenant} are not listed: {string.Join(' ', known.Except(listed))}");

        IEnumerable<Guid> OpenGrants(AccountState? account) => account is null ? [] : account.Lots.Select(lot => lot.Terms.Id).Where(
            id => commands.TryGetValue(id, out var issued) && issued.Command is IssueGrant issue && issue.Account == account.Id);
    }

    private async Task<HashSet<Guid>?> ListedAsync(LedgerPartition partition, ListQuery query)
    {
        var served = new HashSet<Guid>();
        for (StatusPosition? before = null; ;)
        {
            var page = await UntilThereAsync(() => partition.ListByStatusAsync(query, before, 7, null, CancellationToken.None).AsTask());
            served.UnionWith(page?.Items.Select(item => item.Record.Command.Id) ?? []);
            before = page?.Next;
            if (before is null)
                return page is null ? null : served;
        }
    }

    private Dictionary<Guid, HoldStatus> HoldsInTheLog(string tenant)
    {
        var holds = new Dictionary<Guid, HoldStatus>();
        foreach (var record in storage.Blocks.SelectMany(block => block.ReadRecords()))
            if (record is { Accepted: true, Hold: { } hold } && record.Command.Tenant == tenant)
                holds[hold.Id] = hold.Status;
        return holds;
    }

    /// <summary>The history that a replica serves is in the log, entry by entry.</summary>
    private async Task HistoryAsync(LedgerPartition partition, AccountState account)
    {
        var served = await UntilThereAsync(() =>
            new EntryReader(partition, account).BackAsync(HistoryPosition.End(account), (int)account.Sequence, CancellationToken.None));
        served.Reverse();
        var logged = storage.Blocks.SelectMany(block => block.RecordsNaming(account.Id)).SelectMany(record =>
            record.Postings.SelectMany((posting, i) =>
                posting.Entries.Where(entry => entry.Account == account.Id).Select(entry => HistoryEntry.From(record, i, entry))));
        Require(served.SequenceEqual(logged.Take(served.Count)) && served.Count == account.Sequence,
            $"the history of account {account.Id} is not that of the log");
    }

    /// <summary>What was answered once is answered the same from then on.</summary>
    public async Task RetriesAsync(LedgerPartition partition, Random random)
    {
        foreach (var (command, outcome) in acknowledged.Where(_ => random.Next(3) == 0).ToList())
        {
            var again = (await UntilThereAsync(() => partition.SubmitAsync([command])))[0];
            Require(again.Replayed, $"{command.GetType().Name} {command.Id} was executed again");
            Same(command, outcome, again.Record);
        }
    }

    /// <summary>A read shows a moment: balances that add up to zero, no earlier than what has been answered before it began.</summary>
    public static async Task<bool> ReadAsync(
        LedgerPartition partition, SimulatedStorage storage, List<(Command Command, LedgerRecord Outcome)> acknowledged)
    {
        var opened = acknowledged.Where(one => one.Outcome.Accepted && one.Command is OpenAccount).Select(one => one.Outcome.Opened[0].Id)
            .ToList();
        var latest = storage.Blocks.Count;
        foreach (var tenant in SimulatedWorkload.AllTenants)
        {
            var accounts = await partition.SnapshotAsync(SimulatedWorkload.AccountsOf(tenant));
            Require(partition.Status.Head >= latest, $"a read is of block {partition.Status.Head}, and block {latest} was there before");
            var sum = accounts.Sum(account => account?.Posted ?? 0);
            Require(sum == 0, $"the balances of {tenant} add up to {sum}");
            foreach (var account in accounts)
            {
                Require(account is null || account.IsSystem || account.Posted - account.Held >= -account.CreditLimit,
                    $"account {account?.Id} is below its limit");
                Require(account is null || account.Owed == 0 || account.Owed > 0 && account.BaseFree <= 0,
                    $"account {account?.Id} owes {account?.Owed} and has {account?.BaseFree} that would pay it");
            }
        }
        if (opened.Count > 0)
        {
            var id = opened[(int)(storage.Blocks.Count % opened.Count)];
            await partition.SynchronizeAsync();
            Require(await partition.LoadAccountAsync(id) is not null, $"account {id} was opened and is said not to exist");
        }
        return true;
    }

    public static void Same(Command command, LedgerRecord first, LedgerRecord second) => Require(
        (first.Block, first.Accepted, first.Rejection) == (second.Block, second.Accepted, second.Rejection),
        $"{command.GetType().Name} {command.Id} has two outcomes: {first.Block} {first.Rejection} and {second.Block} {second.Rejection}");

    private async Task<T> UntilThereAsync<T>(Func<Task<T>> ask)
    {
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (LedgerUnavailableException unavailable) when (unavailable.Reason is LedgerUnavailableReason.Recovering
                or LedgerUnavailableReason.Storage)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), time);
            }
        }
    }

    private static string Text(AccountState? account) => account is null
        ? "nothing"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{account.Sequence}: {account.Posted}/{account.Held} owes {account.Owed} "
            + $"{string.Join(' ', account.Lots.Select(lot => $"{lot.Terms.Id}={lot.Remaining}/{lot.Pinned}"))} "
            + $"{string.Join(' ', account.Holds.Select(hold => hold.Id))} "
            + $"limit {account.CreditLimit}, '{account.DisplayName}' since {account.ChangedIn}");

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new SimulationViolationException(otherwise);
    }
}
