using System.CommandLine;
using System.Globalization;
using CreditSystem.Cli.Bootstrap;
using CreditSystem.Cli.Kubernetes;
using CreditSystem.Cli.Vault;

namespace CreditSystem.Cli.Rotation;

/// <summary><c>rotate-secret-id</c>: gives the API a new secret_id, once; a CronJob or the AppHost decides when.</summary>
internal sealed class RotateCommand
{
    internal const string Name = "rotate-secret-id";

    private static readonly BootstrapSettings Default = new();
    private static readonly TimeSpan Notice = TimeSpan.FromDays(14);

    private readonly VaultConnection connection = new();
    private readonly ClusterConnection clusters = new();
    private readonly RotatorLogin login = new();
    private readonly Option<string> directory = CliOption.Text("--directory", "The target: a folder with role_id and secret_id");
    private readonly Option<string> secret = CliOption.Text("--kubernetes-secret", "The target: a Secret with role_id and secret_id");
    private readonly Option<string> role = CliOption.Text("--role", "The AppRole whose secret_id is replaced", Default.Role);
    private readonly Option<int> overlap = CliOption.Number("--overlap-seconds", "How long a replaced secret_id stays valid at least",
        least: 0, most: 86_400, byDefault: 600);

    internal static Task<int> RunAsync(string[] args, CommandHost host) => CommandLine.RunAsync([Name, .. args], host);

    internal static Command Create(CommandHost host) => new RotateCommand().CreateCore(host);

    private Command CreateCore(CommandHost host)
    {
        var command = new Command(
            Name, "Give the API a new secret_id: make it wrapped, prove it, put it into its place at once, keep the one before, end the "
                + "one before that")
        {
            directory, secret, role, overlap,
        };
        command.RequireOneTarget(directory, secret);
        login.AddTo(command);
        connection.AddTo(command);
        clusters.AddTo(command);
        command.SetAction(
            (parsed, cancellationToken) => RotateAsync(parsed, host, parsed.InvocationConfiguration.Output, cancellationToken));
        return command;
    }

    private async Task<int> RotateAsync(ParseResult parsed, CommandHost host, TextWriter output, CancellationToken cancellationToken)
    {
        using var cluster = string.IsNullOrEmpty(parsed.GetValue(secret)) ? null : clusters.Open(parsed, host);
        ICredentialTarget target = cluster is null
            ? new DirectoryTarget(Path.GetFullPath(parsed.GetRequiredValue(directory)))
            : new KubernetesTarget(cluster.Secret(parsed.GetRequiredValue(secret)));
        var (roleId, secretId) = await login.ReadAsync(parsed, host, cancellationToken);
        using var vault = await connection.OpenAsync(parsed, host, cancellationToken);
        var failPoint = new FailPoint(host.VariableOrNull(FailPoint.Variable));
        var secretIds = login.Open(vault, parsed, host, parsed.GetRequiredValue(role));
        try
        {
            var ownRole = await secretIds.LoginAsync(roleId, secretId, cancellationToken);
            failPoint.Reach("logged-in");
            var settings = new RotationSettings(TimeSpan.FromSeconds(parsed.GetValue(overlap)), Pause: TimeSpan.FromMilliseconds(500));
            await new RotationRun(secretIds, target, settings, failPoint, host.Time, output).ExecuteAsync(cancellationToken);
            await WarnAsync(secretIds, ownRole, secretId, host.Time, output, cancellationToken);
            return CommandExitCodes.Done;
        }
        finally
        {
            if (vault.Token is not null)
                await secretIds.LogoutAsync(CancellationToken.None);
        }
    }

    /// <summary>Nobody rotates the rotation: an operator has to know before its own secret_id ends.</summary>
    private static async Task WarnAsync(SecretIds secretIds, string? ownRole, string secretId, TimeProvider time, TextWriter output,
        CancellationToken cancellationToken)
    {
        if (ownRole is not null && await secretIds.FindOwnEndAsync(ownRole, secretId, cancellationToken) is { } end
            && end - time.GetUtcNow() < Notice)
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"WARNING: the rotation's own secret_id ends on {end:yyyy-MM-dd HH:mm} UTC, and with it the rotation. Run the bootstrap, "
                    + $"which replaces it."));
    }
}
