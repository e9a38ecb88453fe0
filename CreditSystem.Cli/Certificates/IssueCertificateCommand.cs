using CreditSystem.Cli.Bootstrap;
using CreditSystem.Cli.Rotation;
using CreditSystem.Cli.Vault;
using CreditSystem.Secrets.Pki;

namespace CreditSystem.Cli.Certificates;

/// <summary><c>issue-certificate</c>: keeps one certificate fresh; a CronJob or the AppHost decides how often it looks.</summary>
internal sealed class IssueCertificateCommand
{
    internal const string Name = "issue-certificate";

    private static readonly BootstrapSettings Default = new();

    private readonly Option<string> commonName = CliOption.Text("--common-name", "The name by which clients reach the service",
        CertificateHolder.VaultProxy.Name);
    private readonly Option<string[]> alternativeNames = new("--alternative-name")
    {
        Description = "Another name in the certificate (localhost); may be given again",
        DefaultValueFactory = _ => ["localhost"],
    };

    private readonly Option<string> mount = CliOption.Text("--pki-mount", "Mount of the PKI engine", Default.PkiMount);
    private readonly Option<string> role = CliOption.Text("--pki-role", "Role of the PKI engine", Default.PkiRole);

    internal static Command Create(CommandHost host) => new IssueCertificateCommand().CreateCore(host);

    private Command CreateCore(CommandHost host) => new UnattendedCommand<ICertificateTarget>(
        "tls.crt, tls.key and ca.crt", path => new CertificateDirectory(path), secret => new CertificateSecret(secret))
        .Create(host, Name,
            "Have Vault issue a certificate where there is none, where two thirds of the life of the one there are over, or "
            + "where it was revoked, and keep the authorities and their lists beside it up to date. It logs in as the rotation does.",
            _ => Default.Role, (run, cancellationToken) => IssueAsync(run, host.Time, cancellationToken),
            commonName, alternativeNames, mount, role);

    private async Task IssueAsync(UnattendedRun<ICertificateTarget> run, TimeProvider time, CancellationToken cancellationToken)
    {
        var options = new PkiOptions
        {
            MountPoint = MountName.Read(run.Parsed.GetRequiredValue(mount), "--pki-mount"),
            Role = MountName.ReadSingle(run.Parsed.GetRequiredValue(role), "--pki-role"),
            CommonName = run.Parsed.GetRequiredValue(commonName),
            AlternativeNames = string.Join(',', run.Parsed.GetValue(alternativeNames) ?? []),
        };
        try
        {
            var issuing = new CertificateRun(run.Vault, options, run.Target, time);
            var plan = await issuing.PlanAsync(cancellationToken);
            await issuing.ApplyAsync(plan, cancellationToken);
            await run.Output.WriteLineAsync(Describe(plan, options.CommonName, run.Target.Name));
        }
        catch (TargetUnavailableException unavailable)
        {
            throw new CommandException($"{unavailable.Message} Run it again.", unavailable);
        }
    }

    private static string Describe(CertificatePlan plan, string name, string target) => plan.Action switch
    {
        CertificateAction.Issue => $"+ certificate of {name} in {target}: {plan.Reason}.",
        CertificateAction.Trust => $"~ authorities in {target}; the certificate of {name} is {plan.Reason}.",
        _ => $"= certificate of {name} in {target}: {plan.Reason}.",
    };
}
