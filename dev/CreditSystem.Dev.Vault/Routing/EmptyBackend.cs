namespace CreditSystem.Dev.Vault.Routing;

/// <summary>A part that the server lists, and of which it answers nothing.</summary>
internal sealed class EmptyBackend : Backend;
