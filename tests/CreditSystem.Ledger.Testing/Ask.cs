using System.Security.Cryptography;
using System.Text;
using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Commands.Accounts;
using CreditSystem.Ledger.Commands.Receivables;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Testing;

/// <summary>Commands as the routes make them, with an id and a fingerprint of what is asked.</summary>
internal static class Ask
{
    public const string Tenant = "shop";
    public const string Asset = "credits";

    public static AccountRef To(Guid account) => AccountRef.To(account);

    public static AccountRef To(SystemAccount account) => AccountRef.To(account);

    public static OpenAccount Open(string holder, long limit = 0, Guid? id = null) =>
        new(id ?? Guid.NewGuid(), Print("open", holder, limit), Tenant, null, holder, Asset, limit);

    public static Transfer Fund(Guid account, long amount) => Move(To(SystemAccount.Issuance), To(account), amount, kind: TransferKind.Purchase);

    public static Transfer Move(Guid from, Guid to, long amount, Guid? id = null) => Move(To(from), To(to), amount, id);

    public static Transfer Move(AccountRef from, AccountRef to, long amount, Guid? id = null, TransferKind kind = TransferKind.Transfer, string? reference = null) =>
        new(id ?? Guid.NewGuid(), Print("move", from, to, amount, kind, reference), Tenant, null, kind, from, to, null, amount, reference, null);

    public static TransferBatch Atomically(Transfer[] items, Guid? id = null) =>
        new(id ?? Guid.NewGuid(), Print("atomic", string.Join(';', items.Select(item => item.ToString()))), Tenant, null, items);

    public static ReverseTransfer Reverse(Guid transfer, long? amount = null, Guid? id = null, string? reference = null) =>
        new(id ?? Guid.NewGuid(), Print("reverse", transfer, amount, reference), Tenant, null, transfer, amount, reference, null);

    public static PlaceHold Hold(Guid account, AccountRef destination, long amount, long expiresAt, Guid? id = null) =>
        new(id ?? Guid.NewGuid(), Print("hold", account, destination, amount, expiresAt), Tenant, null, account, destination, amount, expiresAt, null, null);

    public static CaptureHold Capture(Guid hold, long? amount = null, bool final = true, Guid? id = null) =>
        new(id ?? Guid.NewGuid(), Print("capture", hold, amount, final), Tenant, null, hold, amount, final);

    public static VoidHold VoidHold(Guid hold, Guid? id = null) => new(id ?? Guid.NewGuid(), Print("void", hold), Tenant, null, hold);

    public static IssueGrant Grant(
        Guid account, long amount, long? expiresAt = null, int priority = LotTerms.DefaultPriority, bool promotional = true, long? effectiveAt = null, Guid? id = null) =>
        new(id ?? Guid.NewGuid(), Print("grant", account, amount, expiresAt, priority, promotional, effectiveAt), Tenant, null, account, amount,
            promotional ? SystemAccount.Promo : SystemAccount.Issuance, priority, promotional, effectiveAt, expiresAt, null, null);

    public static VoidGrant VoidGrant(Guid grant, Guid account, Guid? id = null) => new(id ?? Guid.NewGuid(), Print("void", grant, account), Tenant, null, grant, account);

    public static TakeBack TakeBack(Guid purchase, long amount, Guid? id = null) =>
        new(id ?? Guid.NewGuid(), Print("take back", purchase, amount), Tenant, purchase, amount, null);

    public static ForgiveDebt Forgive(Guid account, long? amount = null, Guid? id = null) =>
        new(id ?? Guid.NewGuid(), Print("forgive", account, amount), Tenant, account, amount, "goodwill");

    public static ChangeAccount Change(Guid account, string? name = null, string? metadata = null, long? limit = null, Guid? id = null) =>
        new(id ?? Guid.NewGuid(), Print("change", account, name, metadata, limit), Tenant, account, name, metadata, limit, "asked for");

    private static byte[] Print(params object?[] parts) => SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('|', parts)));
}
