namespace CreditSystem.Ledger.Model;

/// <summary>An account named by its id, or a system account of the tenant in the asset of the other side.</summary>
public readonly record struct AccountRef(Guid Id, SystemAccount System)
{
    public static AccountRef To(Guid id) => new(id, SystemAccount.None);

    public static AccountRef To(SystemAccount system) => new(Guid.Empty, system);

    public bool IsSystem => System != SystemAccount.None;
}
