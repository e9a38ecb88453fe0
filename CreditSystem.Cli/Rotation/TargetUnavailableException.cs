namespace CreditSystem.Cli.Rotation;

/// <summary>Where the credentials go did not answer.</summary>
internal sealed class TargetUnavailableException(string message, Exception inner) : Exception(message, inner);
