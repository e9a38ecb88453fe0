using System.CommandLine;
using CreditSystem.Cli.Bootstrap;
using CreditSystem.Cli.Kubernetes;
using CreditSystem.Cli.Rotation;
using CreditSystem.Cli.Vault;
using CreditSystem.Secrets.Pki;

namespace CreditSystem.Cli.Certificates;

/// <summary><c>issue-certificate</c>: keeps one certificate fresh; a CronJob or the AppHost decides how often it looks.</summary>
internal sealed class IssueCertificateCommand
{
    internal const string Name = "issue-certificate";

    private static readonly BootstrapSettings Default = new();

    private readonly VaultConnection connection = new();
    private readonly ClusterConnection clusters = new();
    private readonly RotatorLogin login = new();
    private readonly Option<string> directory = CliOption.Text("--directory", "The target: a folder for tls.crt, tls.key and ca.crt");
    private readonly Option<string> secret = CliOption.Text("--kubernetes-secret", "The target: a Secret with tls.crt, tls.key and ca.crt");
    private readonly Option<string> commonName = CliOption.Text("--common-name", "The name by which clients reach the service",
        CertificateHolder.VaultProxy.Name);
    private readonly Option<string[]> alternativeNames = new("--alternative-name")
    {
        Description = "Another name in the certificate (localhost); may be given again",
        DefaultValueFactory = _ => ["localhost"],
    };

    private readonly Option<string> mount = CliOption.Text("--pki-mount", "Mount of the PKI engine", Default.PkiMount);
    private readonly Option<string> role = CliOption.Text("--pki-role", "Role of the PKI engine", Default.PkiRole);

    internal static Task<int> RunAsync(string[] args, CommandHost host) => CommandLine.RunAsync([Name, .. args], host);

    internal static Command Create(CommandHost host) => new IssueCertificateCommand().CreateCore(host);

    private Command CreateCore(CommandHost host)
    {
        var command = new Command(
            Name, "Have Vault issue a certificate where there is none, or where two thirds of the life of the one there are over, and keep "
                + "the authorities beside it up to date. It logs in as the rotation does.")
        {
            directory, secret, commonName, alternativeNames, mount, role,
        };
        command.RequireOneTarget(directory, secret);
        login.AddTo(command);
        connection.AddTo(command);
        clusters.AddTo(command);
        command.SetAction(
            (parsed, cancellationToken) => IssueAsync(parsed, host, parsed.InvocationConfiguration.Output, cancellationToken));
        return command;
    }

    private async Task<int> IssueAsync(ParseResult parsed, CommandHost host, TextWriter output, CancellationToken cancellationToken)
    {
        var options = new PkiOptions
        {
            MountPoint = MountName.Read(parsed.GetRequiredValue(mount), "--pki-mount"),
            Role = MountName.ReadSingle(parsed.GetRequiredValue(role), "--pki-role"),
            CommonName = parsed.GetRequiredValue(commonName),
            AlternativeNames = string.Join(',', parsed.GetValue(alternativeNames) ?? []),
        };
        using var cluster = string.IsNullOrEmpty(parsed.GetValue(secret)) ? null : clusters.Open(parsed, host);
        ICertificateTarget target = cluster is null
            ? new CertificateDirectory(Path.GetFullPath(parsed.GetRequiredValue(directory)))
            : new CertificateSecret(cluster.Secret(parsed.GetRequiredValue(secret)));
        var (roleId, secretId) = await login.ReadAsync(parsed, host, cancellationToken);
        using var vault = await connection.OpenAsync(parsed, host, cancellationToken);
        var secretIds = login.Open(vault, parsed, host, Default.Role);
        try
        {
            await secretIds.LoginAsync(roleId, secretId, cancellationToken);
            var run = new CertificateRun(vault, options, target, host.Time);
            var plan = await run.PlanAsync(cancellationToken);
            await run.ApplyAsync(plan, cancellationToken);
            await output.WriteLineAsync(Describe(plan, options.CommonName, target.Name));
            return CommandExitCodes.Done;
        }
        catch (TargetUnavailableException unavailable)
        {
            throw new CommandException($"{unavailable.Message} Run it again.", unavailable);
        }
        finally
        {
            if (vault.Token is not null)
                await secretIds.LogoutAsync(CancellationToken.None);
        }
    }

    private static string Describe(CertificatePlan plan, string name, string target) => plan.Action switch
    {
        CertificateAction.Issue => $"+ certificate of {name} in {target}: {plan.Reason}.",
        CertificateAction.Trust => $"~ authorities in {target}; the certificate of {name} is {plan.Reason}.",
        _ => $"= certificate of {name} in {target}: {plan.Reason}.",
    };
}
