namespace CreditSystem.Ledger.Log;

/// <summary>The log contradicts itself. Nothing may be answered from it until an operator has looked.</summary>
public sealed class LedgerCorruptException(string message, long? block = null, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The first block that is wrong, where that is known.</summary>
    public long? Block { get; } = block;
}
