using System.Text.Json.Nodes;

namespace CreditSystem.Secrets.Pki;

/// <summary>How Vault's PKI is asked: by a service's session, or by a command's client. Paths are those below <c>/v1/</c>.</summary>
public interface IPkiTransport
{
    /// <returns>The whole answer; null where there is none.</returns>
    Task<JsonObject?> ReadAsync(string path, CancellationToken cancellationToken);

    /// <returns>The whole answer; null where there is none, or Vault refuses.</returns>
    Task<JsonObject?> FindAsync(string path, CancellationToken cancellationToken);

    /// <inheritdoc cref="ReadAsync"/>
    Task<JsonObject?> ListAsync(string path, CancellationToken cancellationToken);

    /// <inheritdoc cref="ReadAsync"/>
    Task<JsonObject?> WriteAsync(string path, JsonObject body, CancellationToken cancellationToken);
}
