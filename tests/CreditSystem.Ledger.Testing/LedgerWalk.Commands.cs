using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Testing;

// From the numbers of a step to a command, and to what the reference makes of it.
internal sealed partial class LedgerWalk
{
    private (Command Command, string Expected) Translate(Step step, Guid id)
    {
        var (a, b, amount) = (step.A, step.B, Amount(step));
        var holder = Names[a][0] == '$' ? a - 5 : a;
        var paidOnly = step.D % 8 == 7;
        var grants = paidOnly ? GrantTransfer.PaidOnly : GrantTransfer.WithTerms;
        switch (step.Kind)
        {
            case 0 when a < 4:
                return (Ask.Open(Names[a], step.C * 10, id), Reference.Open(Names[a], ReferenceLedger.Main, step.C * 10));
            case <= 1:
                moves.Add(id);
                return (Ask.Move(AccountRef.To(SystemAccount.Issuance), AccountRef.To(AccountOf(holder)), amount, id, TransferKind.Purchase), Reference.Move(id, "$Issuance", Names[holder], amount));
            case 2 or 3 or 12:
                moves.Add(id);
                var byId = (From: step.D % 2 == 1, To: step.D % 4 >= 2);
                var move = Ask.Move(Ref(a, byId.From), Ref(b, byId.To), amount, id) with { Grants = grants };
                return (a is 5 or 6 && b is 5 or 6 ? move with { Asset = Ask.Asset } : move, Reference.Move(id, Names[a], Names[b], amount, paidOnly, byId));
            case 4:
                var transfer = Recent(moves, b);
                moves.Add(id);
                var policy = (ReversalPolicy)(step.D % 3);
                return (Ask.Reverse(transfer, step.C % 2 == 0 ? null : amount, id) with { Policy = policy, Grants = grants },
                    Reference.Reverse(id, transfer, step.C % 2 == 0 ? null : amount, policy.ToString(), paidOnly));
            case 5:
                holds.Add(id);
                return (Ask.Hold(AccountOf(holder), Ref(b, step.D % 2 == 1), amount, Now + step.C, id) with { Grants = grants },
                    Reference.PlaceHold(id, Names[holder], Names[b], amount, Now + step.C, paidOnly, step.D % 2 == 1));
            case 6:
                var hold = Recent(holds, b);
                moves.Add(id);
                return (Ask.Capture(hold, step.C % 3 == 0 ? null : amount, a % 2 == 0, id), Reference.Capture(id, hold, step.C % 3 == 0 ? null : amount, a % 2 == 0));
            case 7:
                return (Ask.VoidHold(Recent(holds, b), id), Reference.VoidHold(Recent(holds, b)));
            case 8:
                return Grant(step with { A = holder }, id, amount);
            case 13:
                return Named(step with { A = holder }, id, amount);
            case 14:
                moves.Add(id);
                purchases.Add(id);
                var clearing = AccountRef.To(SystemAccount.StripeClearing);
                return (Ask.Move(clearing, AccountRef.To(AccountOf(holder)), amount, id, TransferKind.Purchase),
                    Reference.Move(id, "$StripeClearing", Names[holder], amount, purchase: true));
            case 15 or 16:
                // Nearly always of a purchase; all of it, a part, or nothing any more.
                var purchase = step.D == 23 ? Recent(moves, b) : Recent(purchases, step.D % 3);
                var all = Reference.AmountOf(purchase);
                var sum = (step.C % 4) switch { 0 => 0, 1 => all, _ => step.B == 8 ? amount : Math.Min(amount, all) };
                moves.Add(id);
                return (Ask.TakeBack(purchase, sum, id), Reference.TakeBack(id, purchase, sum));
            case 17:
                moves.Add(id);
                long? waived = step.C % 2 == 0 ? null : amount;
                return (Ask.Forgive(AccountOf(holder), waived, id), Reference.Forgive(id, Names[holder], waived));
            case 18:
                moves.Add(id);
                long? limit = step.C % 4 == 0 ? null : (step.C * 10) - 30 > 0 ? (step.C * 10) - 30 : 0;
                var name = (step.D % 3) switch { 0 => null, 1 => "", _ => $"account {step.D}" };
                var changed = step.D % 8 == 5 && Names[a][0] == '$' ? a : holder;
                return (Ask.Change(AccountOf(changed), name, step.D % 2 == 0 ? null : $$"""{"d":"{{step.D}}"}""", limit, id),
                    Reference.Change(id, Names[changed], limit));
            default:
                moves.Add(id);
                var (grant, owner) = this.grants.Count == 0 ? (Guid.NewGuid(), holder) : this.grants[^(1 + b % this.grants.Count)];
                // Now and then of another, who may have a part of it.
                owner = step.D % 4 == 0 ? holder : owner;
                return (Ask.VoidGrant(grant, AccountOf(owner), id), Reference.VoidGrant(id, grant, Names[owner]));
        }
    }

    // A transfer with a reference, of a user or of the tenant's program; looks alike in several spellings.
    private (Command, string) Named(Step step, Guid id, long amount)
    {
        moves.Add(id);
        var name = $"r{step.D % 3}";
        var user = step.C % 2 == 0 ? Names[step.A] : null;
        var spelling = (step.D % 4) switch { 0 => name, 1 => name + " ", 2 => "r\u200B" + name[1..], _ => name + "\u00AD" };
        return (Ask.Move(Ref(step.A, false), Ref(step.B, false), amount, id, reference: spelling) with { Holder = user },
            Reference.Move(id, Names[step.A], Names[step.B], amount, user: user ?? "", reference: name));
    }

    private (Command, string) Grant(Step step, Guid id, long amount)
    {
        var priority = step.B switch { 0 => 0, 1 => 60, _ => LotTerms.DefaultPriority };
        long? expires = step.C % 3 == 0 ? null : Now + step.C;
        long? effective = step.C % 5 == 4 ? Now + step.C / 2 : null;
        var promotional = step.Amount % 2 == 0;
        var debt = (GrantDebt)(step.D % 3);
        grants.Add((id, step.A));
        moves.Add(id);
        return (Ask.Grant(AccountOf(step.A), amount, expires, priority, promotional, effective, id) with { Debt = debt },
            Reference.Grant(id, Names[step.A], amount, priority, promotional, effective, expires, debt.ToString()));
    }
}
