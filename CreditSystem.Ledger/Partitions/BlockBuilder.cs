using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Submissions;

namespace CreditSystem.Ledger.Partitions;

/// <summary>A block that is decided and not in the log yet.</summary>
/// <param name="Content">Until the next one is begun.</param>
/// <param name="Submissions">How many submissions, from the first, have their outcomes by it.</param>
internal sealed record BlockDraft(LedgerView View, BlockContent Content, int Submissions);

/// <summary>Decides commands, as many as fit into a block.</summary>
internal sealed class BlockBuilder(LedgerOptions options)
{
    // One request may write more than is put together: MongoDB takes 16 MiB, and what cannot be committed whole would never be.
    private readonly int mostAlone = options.MaxBlockBytes / 8 * 15;

    private readonly BlockContent content = new();

    /// <exception cref="CommandFailedException">A command cannot be decided; without its submission the others can.</exception>
    public async Task<BlockDraft> BuildAsync(
        PartitionState state, int rules, List<Submission> batch, long now, CancellationToken cancellationToken)
    {
        var view = CreateView(state.Ledger, rules, now);
        content.Clear();
        await new CommandPrefetcher(state).LoadAsync(view, batch, cancellationToken);
        for (var i = 0; i < batch.Count; i++)
        {
            Execute(view, batch[i]);
            content.AddNew(view.Records);
            if (content.Length <= options.MaxBlockBytes)
                continue;
            if (i > 0)
                return await BuildAsync(state, rules, batch.GetRange(0, i), now, cancellationToken);
            return content.Length <= mostAlone
                ? new BlockDraft(view, content, 1)
                : ExpireFirst(batch[0], view.Records, CreateView(state.Ledger, rules, now));
        }
        return new BlockDraft(view, content, batch.Count);
    }

    // Where what has expired on the accounts of a request is what makes it large, that becomes a block of its own before it:
    // the postings are the same, and fewer are left each time.
    private BlockDraft ExpireFirst(Submission submission, List<LedgerRecord> decided, LedgerView view)
    {
        content.Clear();
        foreach (var account in decided.Select(record => record.Command.ExpiringAccount).OfType<Guid>().Distinct())
            foreach (var _ in Settlement.Of(view, account))
            {
                content.AddNew(view.Records);
                if (content.Length > options.MaxBlockBytes)
                    return new BlockDraft(view, content, 0);
            }
        return view.Records.Count > 0
            ? new BlockDraft(view, content, 0)
            : throw new CommandFailedException(
                submission, null, new BlockTooLargeException("What the request would write is more than a block may hold."));
    }

    private static LedgerView CreateView(LedgerState state, int rules, long now) =>
        new(state, state.Head + 1, Math.Max(now, state.At), rules);

    private static void Execute(LedgerView view, Submission submission)
    {
        var (commands, outcomes) = (submission.Commands, submission.Outcomes);
        for (var i = 0; i < commands.Length; i++)
        {
            try
            {
                if (commands[i].Since > view.Rules)
                    throw new CommandFailedException(
                        submission, commands[i], LedgerUnavailableException.OlderRules(view.Rules, commands[i].Since));
                var isReplay = i > 0 && submission.HasRequestRecord && outcomes[0].Replayed;
                outcomes[i] = isReplay ? ReplayStored(view, commands[i]) : Execute(view, commands[i]);
            }
            catch (Exception exception) when (CommandFailedException.IsOfTheCommand(exception))
            {
                throw new CommandFailedException(submission, commands[i], exception);
            }
        }
    }

    private static Committed Execute(LedgerView view, Command command)
    {
        var replayed = IsKnown(view, command);
        return new Committed(Evaluator.Execute(view, command), replayed);
    }

    /// <summary>
    /// The outcome of a command whose request is in the log. What is not there was outside its bounds then, and is refused again.
    /// </summary>
    private static Committed ReplayStored(LedgerView view, Command command) =>
        new(IsKnown(view, command) ? view.Find(command.Id)! : LedgerRecord.Rejected(command, RejectionCode.LimitExceeded), true);

    private static bool IsKnown(LedgerView view, Command command) =>
        view.Find(command.Id) is { } earlier && earlier.Command.Id == command.Id;
}
