using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Evaluation;

/// <summary>
/// Decides what a command does. Pure: the outcome follows from the view, the command and the time alone; no I/O, no
/// clock, no chance. What the command needs must have been loaded into the view.
/// </summary>
internal static class Evaluator
{
    /// <summary>Gives the record of the command: the one in the log if there is one, else a new one, now part of the view.</summary>
    public static LedgerRecord Execute(LedgerView view, Command command)
    {
        if (view.Find(command.Id) is { } earlier && earlier.Command.Id == command.Id)
            return earlier;
        foreach (var id in view.DueBefore(command))
            if (view.IsDue(id))
                Settlement.Post(Settlement.Of(view, id));
        var record = command.Execute(view);
        Debts.Collect(view, record);
        return record;
    }
}
