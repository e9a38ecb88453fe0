using System.Net;

namespace CreditSystem.Cli.Vault;

/// <summary>Vault has refused a request. The message has the operation, the path and Vault's own words, nothing that was sent.</summary>
internal sealed class VaultRequestException(HttpStatusCode status, string operation, string path, string reason)
    : CommandException($"Vault answers {(int)status} to {operation} {path}: {reason}.")
{
    public HttpStatusCode Status { get; } = status;

    /// <summary>Vault's own words.</summary>
    public string Reason { get; } = reason;

    /// <summary>Whether there is nothing at the path; false where the path itself leads nowhere.</summary>
    public bool IsNothingThere => Status == HttpStatusCode.NotFound
        && !Reason.Contains("no handler for route", StringComparison.Ordinal)
        && !Reason.Contains("namespace not found", StringComparison.Ordinal);
}
