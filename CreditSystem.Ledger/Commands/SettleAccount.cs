using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Commands;

/// <summary>Asks for nothing but that what is due on the account is posted; leaves no record of its own.</summary>
public sealed record SettleAccount(Guid Id, string Tenant, Guid Account) : Command(Id, [], Tenant, null)
{
    public override string Name => "settle";

    internal override void Touch(LedgerView view, List<Guid> accounts) => accounts.Add(Account);

    internal override LedgerRecord Execute(LedgerView view) => Decide(view);

    internal override LedgerRecord Decide(LedgerView view) => new(this, null);

    internal override void Write(BsonWriter writer) => throw new InvalidOperationException("It is never stored.");
}
