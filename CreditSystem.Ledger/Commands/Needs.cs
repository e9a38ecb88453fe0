using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Commands;

/// <summary>What must be in memory so that a command can be decided without I/O.</summary>
internal sealed class Needs
{
    /// <summary>Ids of commands, postings and references whose records are wanted, where the log has them.</summary>
    public List<Guid> Records { get; } = [];

    /// <summary>Holds.</summary>
    public List<Guid> Holds { get; } = [];

    /// <summary>Transfers of which it is wanted how much is reversed.</summary>
    public List<Guid> Reversals { get; } = [];

    /// <summary>Accounts, without the system's.</summary>
    public List<Guid> Accounts { get; } = [];

    /// <summary>Assets whose system accounts are wanted even where none of the accounts is of them.</summary>
    public List<(string Tenant, string Asset)> Assets { get; } = [];

    public void Record(Guid id) => Records.Add(id);

    public void Hold(Guid id) => Holds.Add(id);

    public void Reversal(Guid transfer) => Reversals.Add(transfer);

    public void Account(Guid id) => Accounts.Add(id);

    public void Account(AccountRef account)
    {
        if (!account.IsSystem)
            Accounts.Add(account.Id);
    }

    public void Asset(string tenant, string? asset)
    {
        if (asset is not null)
            Assets.Add((tenant, asset));
    }

    public void Clear()
    {
        Records.Clear();
        Holds.Clear();
        Reversals.Clear();
        Accounts.Clear();
        Assets.Clear();
    }
}
