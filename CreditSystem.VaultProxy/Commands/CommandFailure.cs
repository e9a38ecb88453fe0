namespace CreditSystem.VaultProxy.Commands;

/// <summary>A failure that the operator can do something about: printed as one message, without a stack trace. It never holds a value.</summary>
internal sealed class CommandFailure(string message, Exception? inner = null) : Exception(message, inner);
