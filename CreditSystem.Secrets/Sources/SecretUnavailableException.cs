namespace CreditSystem.Secrets.Sources;

/// <summary>A secret that is needed has not been delivered.</summary>
/// <param name="name">Its key, for the log.</param>
public sealed class SecretUnavailableException(string name) : InvalidOperationException($"The secret '{name}' is missing or too short.");
