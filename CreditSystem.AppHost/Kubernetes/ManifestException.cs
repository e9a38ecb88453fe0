namespace CreditSystem.AppHost.Kubernetes;

/// <summary>The manifest asks for something that has no Kubernetes form here; the message says what and where.</summary>
internal sealed class ManifestException(string message, Exception? inner = null) : Exception(message, inner);
