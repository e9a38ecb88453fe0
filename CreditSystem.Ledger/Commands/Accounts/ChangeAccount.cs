using System.Text;
using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Outbox;

namespace CreditSystem.Ledger.Commands.Accounts;

/// <summary>Changes the display name, the metadata or the credit limit of an account; what is null stays.</summary>
/// <param name="Account">Which one.</param>
/// <param name="DisplayName">What people are to call it; empty for nothing any more.</param>
/// <param name="Metadata">A change of the metadata, <see cref="MetadataPatch"/>.</param>
/// <param name="CreditLimit">How far it may be overdrawn from now on, minor units, from 0.</param>
/// <param name="Reason">Why.</param>
public sealed record ChangeAccount(
    Guid Id, byte[] Fingerprint, string Tenant, Guid Account, string? DisplayName, string? Metadata, long? CreditLimit, string Reason)
    : Command(Id, Fingerprint, Tenant, null), IStoredCommand<ChangeAccount>
{
    static int IStoredCommand<ChangeAccount>.Operation => 15;

    internal override int Since => RulesVersion.Fifth;

    internal override bool CanBeReversed => false;

    public override string Name => "account_change";

    internal override string EventOf(Posting posting) => LedgerEvents.AccountUpdated;

    static ChangeAccount IStoredCommand<ChangeAccount>.Read(ref BsonReader reader, CommandHeader own) => new(
        own.Id, own.Fingerprint, own.Tenant, reader.Guid("acct"u8), reader.OptionalString("name"u8), reader.OptionalString("meta"u8),
        reader.OptionalInt64("limit"u8), reader.String("why"u8));

    internal override void Write(BsonWriter writer)
    {
        writer.Guid("acct"u8, Account);
        writer.String("name"u8, DisplayName);
        writer.String("meta"u8, Metadata);
        writer.Int64("limit"u8, CreditLimit);
        writer.String("why"u8, Reason);
    }

    internal override void Touch(LedgerView view, List<Guid> accounts) => accounts.Add(Account);

    internal override LedgerRecord Decide(LedgerView view)
    {
        if (view.Account(Account) is not { } account || !MaySee(account))
            return Reject(RejectionCode.AccountNotFound);
        if (account.IsSystem)
            return Reject(RejectionCode.KindNotAllowed);
        var limit = CreditLimit ?? account.CreditLimit;
        // What is overdrawn stays allowed, or the account would be below its limit at once, or once its grants have expired.
        var overdrawn = (long)Int128.Clamp(-Int128.Min(account.Uncommitted(view.At), account.BaseFree), 0, long.MaxValue);
        if (limit < account.CreditLimit && limit < overdrawn)
            return Reject(RejectionCode.CreditLimitInUse, limit, overdrawn);
        var metadata = Metadata is null ? account.Metadata : MetadataPatch.Apply(account.Metadata, Metadata);
        if (metadata is not null && Encoding.UTF8.GetByteCount(metadata) is > MetadataPatch.MaxBytes and var bytes)
            return Reject(RejectionCode.MetadataTooLarge, MetadataPatch.MaxBytes, bytes);
        var name = DisplayName is null ? account.DisplayName : DisplayName.Length == 0 ? null : DisplayName;
        return LedgerRecord.Posted(this, Entries.Change(Id, account, new AccountTerms(limit, name, metadata)));
    }
}
