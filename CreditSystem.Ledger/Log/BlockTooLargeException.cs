namespace CreditSystem.Ledger.Log;

/// <summary>The block certainly was not written and never will be: it is larger than the storage takes.</summary>
public sealed class BlockTooLargeException(string message, Exception? inner = null) : Exception(message, inner);
