using CreditSystem.Cli.Bootstrap;
using CreditSystem.Cli.Kubernetes;
using CreditSystem.Cli.Vault;

namespace CreditSystem.Cli.Rotation;

/// <summary>
/// What a command that runs unattended begins and ends with: it finds its target, a folder or a Secret of the cluster, logs in by the
/// rotation's AppRole, and leaves no token behind.
/// </summary>
/// <typeparam name="TTarget">Where the command puts what it makes.</typeparam>
/// <param name="files">The files of the target, for people.</param>
/// <param name="ofDirectory">The target as a folder.</param>
/// <param name="ofSecret">The target as a Secret.</param>
internal sealed class UnattendedCommand<TTarget>(
    string files, Func<string, TTarget> ofDirectory, Func<ClusterSecret, TTarget> ofSecret)
{
    private static readonly BootstrapSettings Default = new();

    private readonly VaultConnection connection = new();
    private readonly ClusterConnection clusters = new();
    private readonly Option<string> directory = CliOption.Text("--directory", $"The target: a folder for {files}");
    private readonly Option<string> secret = CliOption.Text("--kubernetes-secret", $"The target: a Secret with {files}");
    private readonly Option<string> credentials = CliOption.Text("--credentials-directory",
        "Folder with the rotation's own role_id and secret_id; by default VAULT_CREDENTIALS_DIRECTORY");
    private readonly Option<string> totpFile = CliOption.Text("--totp-file",
        "File with the otpauth:// URL of the rotation's second factor, where Vault asks for one; by default VAULT_TOTP_FILE");
    private readonly Option<string> appRoleMount = CliOption.Text("--approle-mount", "Mount of the AppRole method below auth/",
        Default.AppRoleMount);

    /// <param name="host">What the command runs in.</param>
    /// <param name="name">Of the command.</param>
    /// <param name="description">For people.</param>
    /// <param name="role">The AppRole whose secret_ids the command has to do with.</param>
    /// <param name="work">What it does between login and logout.</param>
    /// <param name="options">Its own.</param>
    public Command Create(CommandHost host, string name, string description, Func<ParseResult, string> role,
        Func<UnattendedRun<TTarget>, CancellationToken, Task> work, params ReadOnlySpan<Symbol> options)
    {
        var command = new Command(name, description) { directory, secret };
        command.AddAll(options);
        command.AddAll(credentials, totpFile, appRoleMount);
        connection.AddTo(command);
        clusters.AddTo(command);
        command.Validators.Add(result =>
        {
            if (string.IsNullOrEmpty(result.GetValue(directory)) == string.IsNullOrEmpty(result.GetValue(secret)))
                result.AddError("Give one target: --directory or --kubernetes-secret.");
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, host, role(parsed), work, cancellationToken));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CommandHost host, string role,
        Func<UnattendedRun<TTarget>, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        using var cluster = string.IsNullOrEmpty(parsed.GetValue(secret)) ? null : clusters.Open(parsed, host);
        var target = cluster is null
            ? ofDirectory(Path.GetFullPath(parsed.GetRequiredValue(directory)))
            : ofSecret(cluster.Secret(parsed.GetRequiredValue(secret)));
        var (roleId, secretId) = await ReadCredentialsAsync(parsed, host, cancellationToken);
        using var vault = await connection.OpenAsync(parsed, host, cancellationToken);
        var secretIds = new SecretIds(vault, MountName.Read(parsed.GetRequiredValue(appRoleMount), "--approle-mount", "auth/"), role,
            new RotatorSecondFactor(host.ValueOf(parsed, totpFile, "VAULT_TOTP_FILE"), host.Time));
        try
        {
            var ownRole = await secretIds.LoginAsync(roleId, secretId, cancellationToken);
            var output = parsed.InvocationConfiguration.Output;
            await work(new UnattendedRun<TTarget>(parsed, vault, target, secretIds, ownRole, secretId, output), cancellationToken);
            return CommandExitCodes.Done;
        }
        finally
        {
            if (vault.Token is not null)
                await secretIds.LogoutAsync(CancellationToken.None);
        }
    }

    private async Task<(string RoleId, string SecretId)> ReadCredentialsAsync(
        ParseResult parsed, CommandHost host, CancellationToken cancellationToken)
    {
        var path = host.ValueOf(parsed, credentials, "VAULT_CREDENTIALS_DIRECTORY")
            ?? throw new CommandException("Set VAULT_CREDENTIALS_DIRECTORY to the folder of the rotation's own role_id and secret_id.");
        var own = new CredentialsDirectory(path);
        return (await own.ReadAsync(CredentialsDirectory.RoleIdFile, cancellationToken)
            ?? throw new CommandException($"{path} holds no role_id."),
            await own.ReadAsync(CredentialsDirectory.SecretIdFile, cancellationToken)
                ?? throw new CommandException($"{path} holds no secret_id."));
    }
}

/// <summary>A command that has logged in.</summary>
/// <param name="Parsed">Its command line.</param>
/// <param name="Vault">By its token.</param>
/// <param name="Target">Where what it makes goes.</param>
/// <param name="SecretIds">Those of the role that it was given.</param>
/// <param name="OwnRole">The role that it has logged in by, as far as Vault says so.</param>
/// <param name="OwnSecretId">By which.</param>
/// <param name="Output">What it says.</param>
internal sealed record UnattendedRun<TTarget>(
    ParseResult Parsed, VaultAdminClient Vault, TTarget Target, SecretIds SecretIds, string? OwnRole, string OwnSecretId, TextWriter Output)
{
    public override string ToString() => nameof(UnattendedRun<>);
}
