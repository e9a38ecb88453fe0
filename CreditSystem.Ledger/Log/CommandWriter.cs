using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Log;

internal static class CommandWriter
{
    public static void Write(BsonWriter writer, Command command)
    {
        writer.Guid("id"u8, command.Id);
        writer.Int32("op"u8, (int)OperationOf(command));
        if (command.Fingerprint.Length > 0)
            writer.Binary("fp"u8, command.Fingerprint);
        writer.String("t"u8, command.Tenant);
        writer.String("who"u8, command.Holder);
        switch (command)
        {
            case OpenAccount open:
                writer.String("holder"u8, open.AccountHolder);
                writer.String("asset"u8, open.Asset);
                writer.Int64("limit"u8, open.CreditLimit);
                break;
            case MoveCredits move:
                Move(writer, move);
                break;
            case MoveCreditsAtomically batch:
                Items(writer, batch.Items);
                break;
            case ReverseTransfer reverse:
                writer.Guid("target"u8, reverse.Transfer);
                writer.Int64("amt"u8, reverse.Amount);
                writer.Choice("policy"u8, (int)reverse.Policy);
                writer.Choice("grants"u8, (int)reverse.Grants);
                writer.Details(reverse.Reference, reverse.Metadata);
                break;
            case PlaceHold place:
                writer.Guid("acct"u8, place.Account);
                writer.Account("to"u8, place.Destination);
                writer.Int64("amt"u8, place.Amount);
                writer.Int64("exp"u8, place.ExpiresAt);
                writer.String("asset"u8, place.Asset);
                writer.Choice("grants"u8, (int)place.Grants);
                writer.Details(place.Reference, place.Metadata);
                break;
            case CaptureHold capture:
                writer.Guid("target"u8, capture.Hold);
                writer.Int64("amt"u8, capture.Amount);
                writer.Flag("final"u8, capture.Final);
                break;
            case VoidHold release:
                writer.Guid("target"u8, release.Hold);
                break;
            default:
                Grant(writer, command);
                break;
        }
    }

    public static Operation OperationOf(Command command) => command switch
    {
        OpenAccount => Operation.OpenAccount,
        MoveCredits => Operation.Move,
        MoveCreditsAtomically => Operation.MoveAtomically,
        ReverseTransfer => Operation.Reverse,
        PlaceHold => Operation.PlaceHold,
        CaptureHold => Operation.CaptureHold,
        VoidHold => Operation.VoidHold,
        IssueGrant => Operation.IssueGrant,
        VoidGrant => Operation.VoidGrant,
        ExpireLot => Operation.ExpireLot,
        ExpireHold => Operation.ExpireHold,
        _ => throw new ArgumentOutOfRangeException(nameof(command), command.GetType().Name, "This command is never stored."),
    };

    private static void Grant(BsonWriter writer, Command command)
    {
        switch (command)
        {
            case IssueGrant issue:
                writer.Guid("acct"u8, issue.Account);
                writer.Int64("amt"u8, issue.Amount);
                writer.Int32("src"u8, (int)issue.Source);
                writer.Int32("pri"u8, issue.Priority);
                writer.Flag("promo"u8, issue.Promotional);
                writer.Int64("eff"u8, issue.EffectiveAt);
                writer.Int64("exp"u8, issue.ExpiresAt);
                writer.String("asset"u8, issue.Asset);
                writer.Details(issue.Reference, issue.Metadata);
                break;
            case VoidGrant withdraw:
                writer.Guid("target"u8, withdraw.Grant);
                writer.Guid("acct"u8, withdraw.Account);
                break;
            case ExpireLot expire:
                writer.Guid("acct"u8, expire.Account);
                writer.Guid("target"u8, expire.Lot);
                writer.Int64("due"u8, expire.DueAt);
                break;
            case ExpireHold expire:
                writer.Guid("acct"u8, expire.Account);
                writer.Guid("target"u8, expire.Hold);
                break;
        }
    }

    private static void Items(BsonWriter writer, MoveCredits[] items)
    {
        writer.BeginArray("items"u8);
        for (var i = 0; i < items.Length; i++)
        {
            writer.BeginDocument(i);
            writer.Guid("id"u8, items[i].Id);
            Move(writer, items[i]);
            writer.End();
        }
        writer.End();
    }

    private static void Move(BsonWriter writer, MoveCredits move)
    {
        writer.Int32("k"u8, (int)move.Kind);
        writer.Account("from"u8, move.From);
        writer.Account("to"u8, move.To);
        writer.String("asset"u8, move.Asset);
        writer.Int64("amt"u8, move.Amount);
        writer.Choice("grants"u8, (int)move.Grants);
        writer.Details(move.Reference, move.Metadata);
    }
}

/// <summary>The stored number of each kind of command: never renumber.</summary>
internal enum Operation
{
    OpenAccount = 1,
    Move = 2,
    MoveAtomically = 3,
    Reverse = 4,
    PlaceHold = 5,
    CaptureHold = 6,
    VoidHold = 7,
    IssueGrant = 8,
    VoidGrant = 9,
    ExpireLot = 10,
    ExpireHold = 11,
}
