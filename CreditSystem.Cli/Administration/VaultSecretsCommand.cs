using CreditSystem.Secrets.Vault;

namespace CreditSystem.Cli.Administration;

/// <summary><c>vault secrets</c>.</summary>
internal static class VaultSecretsCommand
{
    internal sealed record Secret(string Path, int Version, DateTimeOffset CreatedAt, IReadOnlyList<string> Keys);

    internal static Command Create(CommandHost host) =>
        CommandSession.CreateCommand(host, "secrets", "List the secrets with their versions and the names of their keys", RunAsync);

    private static async Task<int> RunAsync(CommandSession session, CancellationToken cancellationToken)
    {
        if (!await session.Secrets.Store.RefreshAsync(cancellationToken) && session.Secrets.Status.Reason is { } reason)
            throw new VaultUnavailableException(reason);
        Secret[] secrets =
        [
            .. (session.Secrets.Store.Snapshot?.Secrets ?? []).Select(secret =>
                new Secret($"{session.Options.MountPoint}/{secret.Path}", secret.Version, secret.CreatedAt,
                    [.. secret.Values.Keys.Order(StringComparer.Ordinal)])),
        ];
        session.Parsed.WriteRows(secrets, ["Path", "Version", "Created", "Keys"], secret =>
            [secret.Path, $"{secret.Version}", $"{secret.CreatedAt:u}", string.Join(", ", secret.Keys)]);
        return secrets.Length > 0 ? CommandExitCodes.Done : CommandExitCodes.Failed;
    }
}
