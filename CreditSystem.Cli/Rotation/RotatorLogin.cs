using System.CommandLine;
using CreditSystem.Cli.Bootstrap;
using CreditSystem.Cli.Vault;

namespace CreditSystem.Cli.Rotation;

/// <summary>The options by which what runs unattended logs in: the rotation's own AppRole, and its second factor.</summary>
internal sealed class RotatorLogin
{
    private static readonly BootstrapSettings Default = new();

    private readonly Option<string> credentials = CliOption.Text("--credentials-directory",
        "Folder with the rotation's own role_id and secret_id; by default VAULT_CREDENTIALS_DIRECTORY");
    private readonly Option<string> totpFile = CliOption.Text("--totp-file",
        "File with the otpauth:// URL of the rotation's second factor, where Vault asks for one; by default VAULT_TOTP_FILE");
    private readonly Option<string> appRoleMount = CliOption.Text("--approle-mount", "Mount of the AppRole method below auth/",
        Default.AppRoleMount);

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[credentials, totpFile, appRoleMount])
            command.Options.Add(option);
    }

    /// <summary>What logs in, and what it may do with the secret_ids of a role then.</summary>
    public SecretIds Open(VaultAdminClient vault, ParseResult parsed, CommandHost host, string role) =>
        new(vault, MountName.Read(parsed.GetRequiredValue(appRoleMount), "--approle-mount", "auth/"), role,
            new RotatorSecondFactor(host.ValueOf(parsed, totpFile, "VAULT_TOTP_FILE"), host.Time));

    public async Task<(string RoleId, string SecretId)> ReadAsync(ParseResult parsed, CommandHost host,
        CancellationToken cancellationToken)
    {
        var path = host.ValueOf(parsed, credentials, "VAULT_CREDENTIALS_DIRECTORY")
            ?? throw new CommandException("Set VAULT_CREDENTIALS_DIRECTORY to the folder of the rotation's own role_id and secret_id.");
        var files = new CredentialsDirectory(path);
        return (await files.ReadAsync(CredentialsDirectory.RoleIdFile, cancellationToken)
            ?? throw new CommandException($"{path} holds no role_id."),
            await files.ReadAsync(CredentialsDirectory.SecretIdFile, cancellationToken)
                ?? throw new CommandException($"{path} holds no secret_id."));
    }
}
