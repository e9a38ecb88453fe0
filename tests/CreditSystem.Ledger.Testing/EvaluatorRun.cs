using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Testing;

/// <summary>The evaluator with nothing around it: a state, and blocks of commands at times that a test chooses.</summary>
internal sealed class EvaluatorRun(int rules = RulesVersion.Newest)
{
    private readonly Dictionary<Guid, LedgerRecord> known = [];

    public LedgerState State { get; } = new();

    /// <summary>All that the log would hold.</summary>
    public List<LedgerRecord> Records { get; } = [];

    public LedgerRecord Do(long now, Command command) => Block(now, command)[0];

    public LedgerRecord[] Block(long now, params Command[] commands)
    {
        var view = new LedgerView(State, State.Head + 1, Math.Max(now, State.At), rules);
        foreach (var (id, record) in known)
            view.Preload(id, record);
        var outcomes = Array.ConvertAll(commands, command => Evaluator.Execute(view, command));
        foreach (var record in view.Records)
            foreach (var id in record.Postings.Select(posting => posting.Id).Append(record.Command.Id).Concat(record.Command.Aliases(record)))
                known.TryAdd(id, record);
        Records.AddRange(view.Records);
        // The bytes are what a replica would read: what is lost in them would be lost to it.
        var bytes = RecordWriter.Write(view.Records);
        var read = CreditSystem.Ledger.Log.Block.Seal(0, view.BlockNumber, view.At, rules, new byte[32], bytes).ReadRecords();
        Assert.True(RecordWriter.Write(read).AsSpan().SequenceEqual(bytes), "A record is not read as it was written.");
        State.Advance(view, view.At, new byte[32]);
        return outcomes;
    }
}

/// <summary>How long the proofs take: <c>LEDGER_PROOF_FACTOR=100</c> makes each that many times as long.</summary>
internal static class Proof
{
    public static readonly int Factor = int.TryParse(Environment.GetEnvironmentVariable("LEDGER_PROOF_FACTOR"), out var factor) ? Math.Max(factor, 1) : 1;

    /// <summary>The seed of a run: <c>LEDGER_PROOF_SEED</c>, or a new one; printed, so that a failure can be had again.</summary>
    public static int Seed(string name)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("LEDGER_PROOF_SEED"), out var given) ? given : Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage("{0}: LEDGER_PROOF_SEED={1}", name, seed);
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: LEDGER_PROOF_SEED={seed}");
        return seed;
    }
}
