namespace CreditSystem.Api.Problems;

/// <summary>A secret that a request needs has not been delivered. Answered with 503; the name is for the log.</summary>
internal sealed class SecretUnavailableException(string name) : InvalidOperationException($"The secret '{name}' is missing or too short.");
