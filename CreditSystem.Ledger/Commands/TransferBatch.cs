using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Commands;

/// <summary>All of the transfers or none.</summary>
/// <param name="Items">The transfers, each with an id of its own and the fingerprint, tenant and holder of the batch.</param>
public sealed record TransferBatch(Guid Id, byte[] Fingerprint, string Tenant, string? Holder, Transfer[] Items)
    : Command(Id, Fingerprint, Tenant, Holder), IStoredCommand<TransferBatch>
{
    static int IStoredCommand<TransferBatch>.Operation => 3;

    public override string Name => "batch";

    public override int Weight => Math.Max(Items.Length, 1);

    /// <summary>Stands in the log for a request whose parts are commands of their own.</summary>
    public static TransferBatch Header(Guid id, byte[] fingerprint, string tenant, string? holder) =>
        new(id, fingerprint, tenant, holder, []);

    public override (string? Reference, string? Metadata) Details(int posting) => Items[posting].Details(0);

    static TransferBatch IStoredCommand<TransferBatch>.Read(ref BsonReader reader, CommandHeader own)
    {
        var items = new List<Transfer>();
        for (var array = reader.Array("items"u8); array.HasMore;)
        {
            var item = array.NextDocument();
            items.Add(Transfer.Read(ref item, own with { Id = item.Guid("id"u8) }));
            item.End();
        }
        return new(own.Id, own.Fingerprint, own.Tenant, own.Holder, [.. items]);
    }

    internal override void Write(BsonWriter writer)
    {
        writer.BeginArray("items"u8);
        for (var i = 0; i < Items.Length; i++)
        {
            writer.BeginDocument(i);
            writer.Guid("id"u8, Items[i].Id);
            Items[i].Write(writer);
            writer.End();
        }
        writer.End();
    }

    internal override void Require(LedgerView view, Needs needs)
    {
        needs.Records.Add(Id);
        foreach (var item in Items)
            item.Require(view, needs);
    }

    internal override void Touch(LedgerView view, List<Guid> accounts)
    {
        foreach (var item in Items)
            item.Touch(view, accounts);
    }

    // Its postings are applied one after the other, while it is decided.
    internal override LedgerRecord Execute(LedgerView view) => view.Add(Decide(view));

    internal override LedgerRecord Decide(LedgerView view)
    {
        var postings = new List<Posting>(Items.Length);
        var opened = new List<AccountState>();
        var references = new HashSet<string>(StringComparer.Ordinal);
        view.Begin();
        for (var i = 0; i < Items.Length; i++)
        {
            var item = Items[i];
            var record = item.Reference is { } reference && !references.Add(ReferenceRules.KeyOf(view, reference))
                ? item.Reject(RejectionCode.DuplicateReference)
                : item.Decide(view);
            if (record.Rejection is { } rejection)
            {
                view.Rollback();
                return new LedgerRecord(this, rejection with { Index = i });
            }
            opened.AddRange(record.Opened);
            postings.AddRange(view.Apply(record.Opened, record.Postings));
        }
        view.Accept();
        return new LedgerRecord(this, null) { Postings = [.. postings], Opened = [.. opened] };
    }
}
