using System.CommandLine;
using CreditSystem.VaultProxy.Commands.Bootstrap;
using CreditSystem.VaultProxy.Commands.Vault;
using k8s;
using k8s.Exceptions;

namespace CreditSystem.VaultProxy.Commands.Rotation;

/// <summary><c>rotate-secret-id</c>: gives the API a new secret_id, once; a CronJob or the AppHost decides when.</summary>
internal sealed class RotateCommand
{
    internal const string Name = "rotate-secret-id";

    private static readonly BootstrapSettings Default = new();

    private readonly VaultConnection connection = new();
    private readonly Option<string> directory = new("--directory") { Description = "The target: a folder with role_id and secret_id" };
    private readonly Option<string> secret = new("--kubernetes-secret") { Description = "The target: a Secret with role_id and secret_id" };
    private readonly Option<string> secretNamespace = new("--kubernetes-namespace") { Description = "The Secret's namespace; by default POD_NAMESPACE" };
    // With every attempt that RotationRun makes, and Vault as slow as it may be, an API server that never answers takes less
    // than the CronJob's activeDeadlineSeconds.
    private readonly Option<int> timeout = new("--kubernetes-timeout-seconds") { Description = "How long one request to the Kubernetes API may take, 1 to 30", DefaultValueFactory = _ => 10 };
    private readonly Option<string> credentials = new("--credentials-directory") { Description = "Folder with the rotation's own role_id and secret_id; by default VAULT_CREDENTIALS_DIRECTORY" };
    private readonly Option<string> role = new("--role") { Description = "The AppRole whose secret_id is replaced", DefaultValueFactory = _ => Default.Role };
    private readonly Option<string> appRoleMount = new("--approle-mount") { Description = "Mount of the AppRole method below auth/", DefaultValueFactory = _ => Default.AppRoleMount };
    private readonly Option<int> overlap = new("--overlap-seconds") { Description = "How long a replaced secret_id stays valid at least", DefaultValueFactory = _ => 600 };

    internal static Task<int> RunAsync(string[] args, CommandHost host) => new RotateCommand().RunCoreAsync(args, host);

    private Task<int> RunCoreAsync(string[] args, CommandHost host)
    {
        var command = new RootCommand("Give the API a new secret_id: make it wrapped, prove it, put it into its place at once, keep the one before, end the one before that")
        {
            directory, secret, secretNamespace, timeout, credentials, role, appRoleMount, overlap,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(directory) is null == result.GetValue(secret) is null)
                result.AddError("Give one target: --directory or --kubernetes-secret.");
        });
        timeout.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 30)
                result.AddError("--kubernetes-timeout-seconds must be between 1 and 30.");
        });
        connection.AddTo(command);
        return host.InvokeAsync(command, args, (parsed, output, cancellationToken) => RotateAsync(parsed, host, output, cancellationToken));
    }

    private async Task<int> RotateAsync(ParseResult parsed, CommandHost host, TextWriter output, CancellationToken cancellationToken)
    {
        var target = CreateTarget(parsed, host);
        using var ownedTarget = target as IDisposable;
        var (roleId, secretId) = await ReadCredentialsAsync(parsed, host, cancellationToken);
        using var vault = await connection.OpenAsync(parsed, host, cancellationToken);
        var failPoint = new FailPoint(host.VariableOrNull(FailPoint.Variable));
        var secretIds = new SecretIds(vault, parsed.GetRequiredValue(appRoleMount).Trim('/'), parsed.GetRequiredValue(role), target.Name);
        try
        {
            await secretIds.LoginAsync(roleId, secretId, cancellationToken);
            failPoint.Reach("logged-in");
            var settings = new RotationSettings(TimeSpan.FromSeconds(parsed.GetValue(overlap)), Pause: TimeSpan.FromMilliseconds(500));
            await new RotationRun(secretIds, target, settings, failPoint, host.Time, output).ExecuteAsync(cancellationToken);
            return ExitCodes.Done;
        }
        catch (VaultRequestException refusal)
        {
            throw new CommandFailure($"{refusal.Message}.", refusal);
        }
        finally
        {
            if (vault.Token is not null)
                await secretIds.LogoutAsync(CancellationToken.None);
        }
    }

    private ICredentialTarget CreateTarget(ParseResult parsed, CommandHost host)
    {
        if (parsed.GetValue(directory) is { } path)
            return new DirectoryTarget(Path.GetFullPath(path));
        var place = parsed.GetValue(secretNamespace) ?? host.VariableOrNull("POD_NAMESPACE") ?? throw new CommandFailure("Set POD_NAMESPACE, or give --kubernetes-namespace.");
        try
        {
            var configuration = KubernetesClientConfiguration.IsInCluster()
                ? KubernetesClientConfiguration.InClusterConfig()
                : KubernetesClientConfiguration.BuildConfigFromConfigFile(host.VariableOrNull("KUBECONFIG"));
            return new KubernetesTarget(new Kubernetes(configuration), parsed.GetRequiredValue(secret), place, TimeSpan.FromSeconds(parsed.GetValue(timeout)), host.Time);
        }
        catch (Exception exception) when (exception is KubeConfigException or IOException)
        {
            throw new CommandFailure("There is no way to the Kubernetes API: neither a service account nor a kubeconfig.", exception);
        }
    }

    private async Task<(string RoleId, string SecretId)> ReadCredentialsAsync(ParseResult parsed, CommandHost host, CancellationToken cancellationToken)
    {
        var path = parsed.GetValue(credentials) ?? host.VariableOrNull("VAULT_CREDENTIALS_DIRECTORY")
            ?? throw new CommandFailure("Set VAULT_CREDENTIALS_DIRECTORY to the folder of the rotation's own role_id and secret_id.");
        var files = new CredentialsDirectory(path);
        return (await files.ReadAsync(CredentialsDirectory.RoleIdFile, cancellationToken) ?? throw new CommandFailure($"{path} holds no role_id."),
            await files.ReadAsync(CredentialsDirectory.SecretIdFile, cancellationToken) ?? throw new CommandFailure($"{path} holds no secret_id."));
    }
}
