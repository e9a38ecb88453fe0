using System.Diagnostics;
using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Submissions;

namespace CreditSystem.Ledger;

/// <summary>
/// Spans of a block. It belongs to the trace of the first request in it; every other request is linked, since one block
/// serves many. No tag names an account, a tenant or an amount.
/// </summary>
internal static class LedgerTracing
{
    public static Activity? Evaluate(List<Submission> batch) =>
        LedgerMetrics.Source.StartActivity("ledger.evaluate", ActivityKind.Internal, batch[0].Parent)?.SetTag(
            "ledger.block.submissions", batch.Count);

    /// <summary>
    /// A message to the owner. It belongs to the trace of the first request in it, whose part at the owner is below it.
    /// </summary>
    public static Activity? Forward(List<Submission> batch, int partition, int attempt) =>
        LedgerMetrics.Source.StartActivity("ledger.forward", ActivityKind.Client, batch[0].Parent)
            ?.SetTag("ledger.partition", partition)
            .SetTag("ledger.message.submissions", batch.Count)
            .SetTag("ledger.message.attempt", attempt);

    public static Activity? Commit(List<Submission> batch, int partition, LedgerView view)
    {
        if (!LedgerMetrics.Source.HasListeners())
            return null;

        var others = batch.Skip(1).Where(submission => submission.Parent != default)
            .Select(submission => new ActivityLink(submission.Parent));
        return LedgerMetrics.Source.StartActivity("ledger.commit", ActivityKind.Internal, batch[0].Parent, links: others)
            ?.SetTag("ledger.partition", partition)
            .SetTag("ledger.block.number", view.BlockNumber)
            .SetTag("ledger.block.records", view.Records.Count)
            .SetTag("ledger.block.submissions", batch.Count);
    }
}
