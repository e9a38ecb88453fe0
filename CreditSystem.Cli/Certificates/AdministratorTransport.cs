using System.Text.Json.Nodes;
using CreditSystem.Cli.Vault;
using CreditSystem.Secrets.Pki;

namespace CreditSystem.Cli.Certificates;

/// <summary>Vault's PKI, asked by a command's own client.</summary>
internal sealed class AdministratorTransport(VaultAdminClient vault) : IPkiTransport
{
    public Task<JsonObject?> ReadAsync(string path, CancellationToken cancellationToken) =>
        vault.ReadDocumentAsync(path, cancellationToken);

    public async Task<JsonObject?> FindAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await vault.ReadDocumentAsync(path, cancellationToken);
        }
        catch (VaultRequestException)
        {
            return null;
        }
    }

    public Task<JsonObject?> ListAsync(string path, CancellationToken cancellationToken) =>
        vault.ReadDocumentAsync($"{path}?list=true", cancellationToken);

    public Task<JsonObject?> WriteAsync(string path, JsonObject body, CancellationToken cancellationToken) =>
        vault.WriteAsync(path, body, cancellationToken);
}
