namespace CreditSystem.Ledger.Commands;

/// <summary>What must be in memory so that a command can be decided without I/O.</summary>
internal sealed class Needs
{
    /// <summary>Ids of commands, postings and references whose records are wanted, where the log has them.</summary>
    public List<Guid> Records { get; } = [];

    public List<Guid> Holds { get; } = [];

    /// <summary>Transfers of which it is wanted how much is reversed.</summary>
    public List<Guid> Reversals { get; } = [];

    /// <summary>Accounts. An empty id, of a system account that is named by its role, asks for nothing.</summary>
    public List<Guid> Accounts { get; } = [];

    /// <summary>Assets whose system accounts are wanted even where none of the accounts is of them.</summary>
    public List<(string Tenant, string Asset)> Assets { get; } = [];

    public void Clear()
    {
        Records.Clear();
        Holds.Clear();
        Reversals.Clear();
        Accounts.Clear();
        Assets.Clear();
    }
}
