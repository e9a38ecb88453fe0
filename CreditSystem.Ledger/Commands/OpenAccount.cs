using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Outbox;

namespace CreditSystem.Ledger.Commands;

/// <summary>Opens the account of a holder in an asset; its id follows from the names.</summary>
/// <param name="AccountHolder">Whose account it is to be.</param>
/// <param name="Asset">What it holds.</param>
/// <param name="CreditLimit">How far it may be overdrawn, minor units, from 0.</param>
public sealed record OpenAccount(
    Guid Id, byte[] Fingerprint, string Tenant, string? Holder, string AccountHolder, string Asset, long CreditLimit)
    : Command(Id, Fingerprint, Tenant, Holder), IStoredCommand<OpenAccount>
{
    static int IStoredCommand<OpenAccount>.Operation => 1;

    /// <summary>What people are to call it; null for nothing.</summary>
    public string? DisplayName { get; init; }

    /// <summary>The caller's JSON; null for nothing.</summary>
    public string? Metadata { get; init; }

    internal override int Since => DisplayName is null && Metadata is null ? RulesVersion.First : RulesVersion.Fifth;

    public override string Name => "open_account";

    internal override string Event => LedgerEvents.AccountOpened;

    /// <summary>The account that it opens, or that is there already.</summary>
    public Guid Account => LedgerId.ForAccount(Tenant, AccountHolder, Asset);

    static OpenAccount IStoredCommand<OpenAccount>.Read(ref BsonReader reader, CommandHeader own) => new(
        own.Id, own.Fingerprint, own.Tenant, own.Holder,
        reader.String("holder"u8), reader.SharedString("asset"u8), reader.Int64("limit"u8))
    {
        DisplayName = reader.OptionalString("name"u8),
        Metadata = reader.OptionalString("meta"u8),
    };

    internal override void Write(BsonWriter writer)
    {
        writer.String("holder"u8, AccountHolder);
        writer.String("asset"u8, Asset);
        writer.Int64("limit"u8, CreditLimit);
        writer.String("name"u8, DisplayName);
        writer.String("meta"u8, Metadata);
    }

    internal override void Require(LedgerView view, Needs needs)
    {
        base.Require(view, needs);
        needs.Accounts.Add(Account);
    }

    internal override LedgerRecord Decide(LedgerView view)
    {
        if (view.Account(Account) is not null)
            return Reject(RejectionCode.AccountExists);
        var account = new AccountState
        {
            Id = Account,
            Tenant = Tenant,
            Holder = AccountHolder,
            Asset = Asset,
            CreditLimit = CreditLimit,
            DisplayName = DisplayName,
            Metadata = Metadata,
            OpenedAt = view.At,
        };
        return new LedgerRecord(this, null) { Opened = [account] };
    }
}
