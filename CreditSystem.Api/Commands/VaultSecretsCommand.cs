using System.Globalization;
using CreditSystem.Secrets.Vault;

namespace CreditSystem.Api.Commands;

/// <summary><c>vault secrets</c>.</summary>
internal static class VaultSecretsCommand
{
    internal sealed record Secret(string Path, int Version, DateTimeOffset CreatedAt, IReadOnlyList<string> Keys);

    internal static async Task<int> RunAsync(Operation operation, CancellationToken cancellationToken)
    {
        if (!await operation.Secrets.Store.RefreshAsync(cancellationToken) && operation.Secrets.Status.Reason is { } reason)
            throw new VaultUnavailableException(reason);
        Secret[] secrets =
        [
            .. (operation.Secrets.Store.Snapshot?.Secrets ?? []).Select(secret =>
                new Secret($"{operation.Options.MountPoint}/{secret.Path}", secret.Version, secret.CreatedAt, [.. secret.Values.Keys.Order(StringComparer.Ordinal)])),
        ];
        operation.Write(secrets, output => Table.Print(output, ["Path", "Version", "Created", "Keys"], secrets.Select(secret => (IReadOnlyList<string>)
        [
            secret.Path, secret.Version.ToString(CultureInfo.InvariantCulture), secret.CreatedAt.ToString("u", CultureInfo.InvariantCulture), string.Join(", ", secret.Keys),
        ])));
        return secrets.Length > 0 ? 0 : 1;
    }
}
