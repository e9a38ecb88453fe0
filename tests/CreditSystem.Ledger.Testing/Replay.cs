using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Testing;

/// <summary>Evaluates a log again, each block by the rules that it was made by.</summary>
internal static class Replay
{
    /// <summary>Each block, evaluated again after those before it, has the same bytes.</summary>
    public static LedgerState AssertSameBytes(IReadOnlyList<Block> log)
    {
        var state = new LedgerState();
        var known = new Dictionary<Guid, LedgerRecord>();
        var seen = new HashSet<Guid>();
        foreach (var block in log)
        {
            var records = block.ReadRecords();
            var view = new LedgerView(state, block.Number, block.At, block.Rules);
            foreach (var (id, record) in known)
                view.Preload(id, record);
            foreach (var record in records)
            {
                // What is due is posted by the command that touches the account, ahead of it; by nothing else.
                Evaluator.Execute(view, record.Command);
                Assert.True(seen.Add(record.Command.Id), $"{record.Command.Id} is in the log twice");
            }
            Assert.True(
                RecordWriter.Write(view.Records).AsSpan().SequenceEqual(block.Content.Span),
                $"block {block.Number} has other outcomes when it is evaluated again: {string.Join('\n', view.Records)}");
            foreach (var record in view.Records)
                foreach (var id in record.Postings.Select(posting => posting.Id).Append(record.Command.Id).Concat(record.Command.Aliases(record)))
                    known.TryAdd(id, record);
            state.Advance(view, block.At, block.Hash);
        }
        return state;
    }
}
