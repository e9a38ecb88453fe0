using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Evaluation;

/// <summary>
/// A reference is unique among those of one user, or of the tenant's programs together. Under the first rules all shared one
/// space, in which a user could take the reference of an invoice that was still to come.
/// </summary>
internal static class ReferenceRules
{
    public static bool IsTaken(LedgerView view, Command command, string? reference)
    {
        if (reference is null)
            return false;
        var shared = view.Find(LedgerId.ForReference(command.Tenant, reference));
        if (view.Rules < RulesVersion.Second)
            return shared is not null;
        // What was named under the first rules stays taken for whom it belongs to.
        return view.Find(LedgerId.ForReference(command.Tenant, command.Holder, reference)) is not null
            || shared is not null && shared.Command.Holder == command.Holder;
    }

    /// <summary>The ids under which the log may know a reference of the command.</summary>
    public static Guid[] IdsOf(Command command, string reference) =>
        [LedgerId.ForReference(command.Tenant, reference), LedgerId.ForReference(command.Tenant, command.Holder, reference)];

    /// <summary>The id under which the references of a record are known from now on.</summary>
    public static Guid IdOf(LedgerRecord record, string reference) => record.Rules < RulesVersion.Second
        ? LedgerId.ForReference(record.Command.Tenant, reference)
        : LedgerId.ForReference(record.Command.Tenant, record.Command.Holder, reference);

    /// <summary>What makes two references of one atomic batch the same.</summary>
    public static string KeyOf(LedgerView view, string reference) =>
        view.Rules < RulesVersion.Second ? reference : Identifier.Normalize(reference);
}
