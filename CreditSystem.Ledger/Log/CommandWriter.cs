using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Log;

internal static class CommandWriter
{
    public static void Write(BsonWriter writer, Command command)
    {
        writer.Guid("id", command.Id);
        writer.Int32("op", (int)OperationOf(command));
        if (command.Fingerprint.Length > 0)
            writer.Binary("fp", command.Fingerprint);
        writer.String("t", command.Tenant);
        writer.String("who", command.Holder);
        switch (command)
        {
            case OpenAccount open:
                writer.String("holder", open.AccountHolder);
                writer.String("asset", open.Asset);
                writer.Int64("limit", open.CreditLimit);
                break;
            case MoveCredits move:
                Move(writer, move);
                break;
            case MoveCreditsAtomically batch:
                Items(writer, batch.Items);
                break;
            case ReverseTransfer reverse:
                writer.Guid("target", reverse.Transfer);
                writer.Int64("amt", reverse.Amount);
                Choice(writer, "policy", (int)reverse.Policy);
                Choice(writer, "grants", (int)reverse.Grants);
                Details(writer, reverse.Reference, reverse.Metadata);
                break;
            case PlaceHold place:
                writer.Guid("acct", place.Account);
                RecordWriter.Account(writer, "to", place.Destination);
                writer.Int64("amt", place.Amount);
                writer.Int64("exp", place.ExpiresAt);
                writer.String("asset", place.Asset);
                Choice(writer, "grants", (int)place.Grants);
                Details(writer, place.Reference, place.Metadata);
                break;
            case CaptureHold capture:
                writer.Guid("target", capture.Hold);
                writer.Int64("amt", capture.Amount);
                writer.Flag("final", capture.Final);
                break;
            case VoidHold release:
                writer.Guid("target", release.Hold);
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
                writer.Guid("acct", issue.Account);
                writer.Int64("amt", issue.Amount);
                writer.Int32("src", (int)issue.Source);
                writer.Int32("pri", issue.Priority);
                writer.Flag("promo", issue.Promotional);
                writer.Int64("eff", issue.EffectiveAt);
                writer.Int64("exp", issue.ExpiresAt);
                writer.String("asset", issue.Asset);
                Details(writer, issue.Reference, issue.Metadata);
                break;
            case VoidGrant withdraw:
                writer.Guid("target", withdraw.Grant);
                writer.Guid("acct", withdraw.Account);
                break;
            case ExpireLot expire:
                writer.Guid("acct", expire.Account);
                writer.Guid("target", expire.Lot);
                writer.Int64("due", expire.DueAt);
                break;
            case ExpireHold expire:
                writer.Guid("acct", expire.Account);
                writer.Guid("target", expire.Hold);
                break;
        }
    }

    private static void Items(BsonWriter writer, MoveCredits[] items)
    {
        writer.BeginArray("items");
        for (var i = 0; i < items.Length; i++)
        {
            writer.BeginDocument(i);
            writer.Guid("id", items[i].Id);
            Move(writer, items[i]);
            writer.End();
        }
        writer.End();
    }

    private static void Move(BsonWriter writer, MoveCredits move)
    {
        writer.Int32("k", (int)move.Kind);
        RecordWriter.Account(writer, "from", move.From);
        RecordWriter.Account(writer, "to", move.To);
        writer.String("asset", move.Asset);
        writer.Int64("amt", move.Amount);
        Choice(writer, "grants", (int)move.Grants);
        Details(writer, move.Reference, move.Metadata);
    }

    // Absent: what was always done. So commands of the first rules keep their bytes.
    private static void Choice(BsonWriter writer, string name, int number)
    {
        if (number != 0)
            writer.Int32(name, number);
    }

    private static void Details(BsonWriter writer, string? reference, string? metadata)
    {
        writer.String("ref", reference);
        writer.String("meta", metadata);
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
