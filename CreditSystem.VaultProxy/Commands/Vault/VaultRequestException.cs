using System.Net;

namespace CreditSystem.VaultProxy.Commands.Vault;

/// <summary>Vault has refused a request. The message has the path and Vault's own words, nothing that was sent.</summary>
internal sealed class VaultRequestException(HttpStatusCode status, string path, string reason) : Exception($"Vault answers {(int)status} to {path}: {reason}")
{
    public HttpStatusCode Status { get; } = status;

    public string Reason { get; } = reason;
}
