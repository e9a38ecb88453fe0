using CreditSystem.Cli.Bootstrap;

namespace CreditSystem.Cli.Rotation;

/// <summary><c>rotate-secret-id</c>: gives the API a new secret_id, once; a CronJob or the AppHost decides when.</summary>
internal sealed class RotateCommand
{
    internal const string Name = "rotate-secret-id";

    private static readonly TimeSpan Notice = TimeSpan.FromDays(14);

    private readonly Option<string> role = CliOption.Text(
        "--role", "The AppRole whose secret_id is replaced", new BootstrapSettings().Role);
    private readonly Option<int> overlap = CliOption.Number("--overlap-seconds", "How long a replaced secret_id stays valid at least",
        least: 0, most: 86_400, byDefault: 600);

    internal static Command Create(CommandHost host) => new RotateCommand().CreateCore(host);

    private Command CreateCore(CommandHost host) => new UnattendedCommand<ICredentialTarget>(
        "role_id and secret_id", path => new DirectoryTarget(path), secret => new KubernetesTarget(secret))
        .Create(host, Name, "Give the API a new secret_id: make it wrapped, prove it, put it into its place at once, keep the one before, "
            + "end the one before that",
            parsed => parsed.GetRequiredValue(role), (run, cancellationToken) => RotateAsync(run, host, cancellationToken), role, overlap);

    private async Task RotateAsync(UnattendedRun<ICredentialTarget> run, CommandHost host, CancellationToken cancellationToken)
    {
        var failPoint = new FailPoint(host.VariableOrNull(FailPoint.Variable));
        failPoint.Reach("logged-in");
        var settings = new RotationSettings(TimeSpan.FromSeconds(run.Parsed.GetValue(overlap)), Pause: TimeSpan.FromMilliseconds(500));
        await new RotationRun(run.SecretIds, run.Target, settings, failPoint, host.Time, run.Output).ExecuteAsync(cancellationToken);
        await WarnAsync(run, host.Time, cancellationToken);
    }

    /// <summary>Nobody rotates the rotation: an operator has to know before its own secret_id ends.</summary>
    private static async Task WarnAsync(UnattendedRun<ICredentialTarget> run, TimeProvider time, CancellationToken cancellationToken)
    {
        if (run.OwnRole is { } own && await run.SecretIds.FindOwnEndAsync(own, run.OwnSecretId, cancellationToken) is { } end
            && end - time.GetUtcNow() < Notice)
            await run.Output.WriteLineAsync(
                $"WARNING: the rotation's own secret_id ends on {end:yyyy-MM-dd HH:mm} UTC, and with it the rotation. Run the bootstrap, "
                    + "which replaces it.");
    }
}
