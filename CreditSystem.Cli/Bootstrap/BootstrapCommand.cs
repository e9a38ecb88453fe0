using CreditSystem.Cli.Bootstrap.Access;
using CreditSystem.Cli.Bootstrap.Databases;
using CreditSystem.Cli.Bootstrap.Values;
using CreditSystem.Cli.Certificates;
using CreditSystem.Cli.Kubernetes;
using CreditSystem.Cli.Rotation;
using CreditSystem.Cli.Vault;

namespace CreditSystem.Cli.Bootstrap;

/// <summary><c>bootstrap</c>: prepares a Vault, the development server's or a real one, with an administrator's token.</summary>
internal sealed class BootstrapCommand
{
    internal const string Name = "bootstrap";

    private readonly VaultConnection connection = new();
    private readonly ClusterConnection clusters = new();
    private readonly NameOptions names = new();
    private readonly RoleOptions roles = new();
    private readonly Option<string> tokenFile = CliOption.Text("--token-file", "File of the administrator's token; by default VAULT_TOKEN");
    private readonly Option<bool> dryRun = CliOption.Flag("--dry-run", "Only say what would change, by name, and what stands in the way");
    private readonly Option<bool> printPolicy = CliOption.Flag("--print-policy",
        "Only print the least policy that the administrator's token needs for this");
    private readonly Option<bool> databaseEngine = CliOption.Flag(
        "--database-engine", "Set up the database engine as well: Vault then makes short-lived MongoDB users, for "
            + "Vault:MongoDB:Mode=Dynamic (not with OpenBao)");
    private readonly Option<bool> certificates = CliOption.Flag("--certificates",
        "Set up the PKI engine as well: Vault then issues the certificates of the API and of the vault-proxy");
    private readonly Option<string> certificatesDirectory = CliOption.Text("--certificates-directory",
        "With --certificates: where those go that nobody asks for by itself, each in a folder of its name ("
            + string.Join(", ", CertificateHolder.All.Select(holder => holder.Name)) + ")");
    private readonly Option<string> credentials = CliOption.Text("--credentials-directory",
        "Where to write the API's role_id and secret_id");
    private readonly Option<string> rotatorCredentials = CliOption.Text("--rotator-credentials-directory",
        "Where to write the rotation's role_id and secret_id");
    private readonly Option<bool> kubernetesSecrets = CliOption.Flag(
        "--kubernetes-secrets",
        "Put the credentials into the Secrets vault-approle-creds and vault-rotator-creds, and the databases' passwords into "
            + "mongodb-secrets and redis-secrets");
    private readonly Option<string> clusterId = CliOption.Text("--cluster-id",
        "What tells this cluster from others; by default CREDIT_SYSTEM_CLUSTER, or the uid of its kube-system");
    private readonly Option<bool> shareRoles = CliOption.Flag("--share-roles",
        "Another cluster logs in by the same roles, and shares the secrets");
    private readonly Option<int> waitSeconds = CliOption.Number("--wait-seconds", "How long a database may take until it answers", least: 1,
        most: 3_600, byDefault: 30);
    private readonly Option<string> auditFile = CliOption.Text("--audit-file",
        "Set up an audit device that writes to this file of Vault's host (not with OpenBao)");
    private readonly Option<string> keep = CliOption.Text("--keep-values",
        "Development only: folder that remembers, for a Vault that forgets, the keys of stored data");
    private readonly Option<bool> newKeys = CliOption.Flag("--new-keys",
        "Make up keys even where data may be stored under lost ones, which can then never be read again");
    private readonly Option<bool> omitRoot = CliOption.Flag("--omit-root-credentials",
        "Leave root_user and root_password out of the mongodb secret");
    private readonly Option<string> environment = CliOption.Text("--environment", "The value of app.environment where there is none",
        "production");
    private readonly Option<string[]> set = CliOption.Texts("--set",
        "SECRET.KEY=@FILE (or =VALUE where it is not confidential); may be given again");
    private readonly Option<string[]> setDefault = CliOption.Texts("--set-default",
        "As --set, for a secret that is not in Vault yet; one that is there stays as it is");

    internal static Command Create(CommandHost host) => new BootstrapCommand().CreateCore(host);

    private Command CreateCore(CommandHost host)
    {
        var command = new Command(Name,
            "Prepare Vault: engines, policies, AppRoles and the four secrets; and the application's users of MongoDB and Redis, whose "
            + "administrators' connection strings are ConnectionStrings__mongodb and ConnectionStrings__redis. Run it again at any time.")
        {
            tokenFile, dryRun, printPolicy, databaseEngine, certificates, certificatesDirectory,
            credentials, rotatorCredentials, kubernetesSecrets, clusterId, shareRoles,
            waitSeconds, auditFile, keep, newKeys, omitRoot, environment, set, setDefault,
        };
        names.AddTo(command);
        roles.AddTo(command);
        connection.AddTo(command);
        clusters.AddTo(command);
        command.SetAction(
            (parsed, cancellationToken) => PrepareAsync(parsed, host, parsed.InvocationConfiguration.Output, cancellationToken));
        return command;
    }

    private async Task<int> PrepareAsync(ParseResult parsed, CommandHost host, TextWriter output, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(printPolicy))
        {
            await output.WriteAsync(Policies.Bootstrap(names.Read(parsed)));
            return CommandExitCodes.Done;
        }

        using var cluster = parsed.GetValue(kubernetesSecrets) ? clusters.Open(parsed, host) : null;
        try
        {
            var request = await ReadRequestAsync(parsed, host, cluster, cancellationToken);
            var token = await ReadTokenAsync(parsed, host, cancellationToken);
            using var vault = await connection.OpenAsync(parsed, host, cancellationToken);
            vault.Token = token;
            var changes = new ChangeReporter(output, parsed.GetValue(dryRun));
            return await FinishAsync(await new BootstrapRun(vault, request, changes, host.Time).ExecuteAsync(cancellationToken), changes,
                output);
        }
        catch (TargetUnavailableException unavailable)
        {
            throw new CommandException($"{unavailable.Message} Run it again: what is done stays.", unavailable);
        }
    }

    private static async Task<int> FinishAsync(IReadOnlyList<string> missing, ChangeReporter changes, TextWriter output)
    {
        await output.WriteLineAsync(changes.IsDryRun
            ? $"Plan: {changes.Count} to change (+ ~), {changes.Kept} to leave as they are (=), {changes.Objections} in the way (!)."
            : $"Changed: {changes.Count}.");
        if (changes.Objections > 0)
            throw new CommandException($"A run would fail: {changes.Objections} things stand in its way, the lines with !. Of rights that "
                + "the token lacks, --print-policy prints all; what a run would weaken, it changes with --allow-weaker alone.");
        if (missing.Count == 0)
            return CommandExitCodes.Done;
        await output.WriteLineAsync($"Missing: {string.Join(", ", missing)}. Give the connection strings, or --set NAME=@FILE.");
        return CommandExitCodes.Incomplete;
    }

    private async Task<BootstrapRequest> ReadRequestAsync(ParseResult parsed, CommandHost host, Cluster? cluster,
        CancellationToken cancellationToken)
    {
        var settings = roles.Read(parsed, names.Read(parsed));
        var given = await SuppliedValues.ReadAsync(parsed.GetValue(set) ?? [], cancellationToken);
        var (own, rotator) = (cluster?.Secret("vault-approle-creds"), cluster?.Secret("vault-rotator-creds"));
        return new BootstrapRequest(settings)
        {
            MongoConnectionString = host.VariableOrNull("ConnectionStrings__mongodb"),
            RedisConnectionString = host.VariableOrNull("ConnectionStrings__redis"),
            Credentials = TargetsOf(parsed.GetValue(credentials), own),
            RotatorCredentials = TargetsOf(parsed.GetValue(rotatorCredentials), rotator),
            Certificates = CertificatesOf(parsed, cluster),
            MongoPassword = cluster is null ? null : ServerPassword.OfMongo(cluster),
            RedisPassword = cluster is null ? null : ServerPassword.OfRedis(cluster),
            Cluster = await ClusterIdentity.FindAsync(cluster, host.ValueOf(parsed, clusterId, "CREDIT_SYSTEM_CLUSTER"),
                [.. TargetsOf(null, own), .. TargetsOf(null, rotator)], cancellationToken),
            SharesRoles = parsed.GetValue(shareRoles),
            InventsKeys = parsed.GetValue(newKeys),
            Timeout = TimeSpan.FromSeconds(parsed.GetValue(waitSeconds)),
            AuditFile = parsed.GetValue(auditFile),
            DevValuesDirectory = parsed.GetValue(keep),
            WithDatabaseEngine = parsed.GetValue(databaseEngine),
            WithCertificates = parsed.GetValue(certificates),
            WithRootCredentials = !parsed.GetValue(omitRoot),
            Environment = parsed.GetRequiredValue(environment),
            Given = given,
            Defaults = await SuppliedValues.ReadAsync(parsed.GetValue(setDefault) ?? [], cancellationToken),
        };
    }

    private static IReadOnlyList<ICredentialTarget> TargetsOf(string? directory, ClusterSecret? secret) =>
        [.. directory is null ? (ICredentialTarget[])[] : [new DirectoryTarget(directory)],
            .. secret is null ? (ICredentialTarget[])[] : [new KubernetesTarget(secret)]];

    private IReadOnlyList<(CertificateHolder, ICertificateTarget)> CertificatesOf(ParseResult parsed, Cluster? cluster) =>
    [
        .. CertificateHolder.All.Where(_ => parsed.GetValue(certificatesDirectory) is { Length: > 0 })
            .Select(holder => (holder, (ICertificateTarget)new CertificateDirectory(
                Path.Combine(Path.GetFullPath(parsed.GetRequiredValue(certificatesDirectory)), holder.Name)))),
        .. CertificateHolder.All.Where(_ => cluster is not null)
            .Select(holder => (holder, (ICertificateTarget)new CertificateSecret(cluster!.Secret(holder.SecretName)))),
    ];

    private async Task<string> ReadTokenAsync(ParseResult parsed, CommandHost host, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(tokenFile) is not { } path)
            return host.VariableOrNull("VAULT_TOKEN")
                ?? throw new CommandException("Set VAULT_TOKEN to an administrator's token, or give --token-file.");
        return await CommandFile.ReadTextAsync(path, cancellationToken) is { Length: > 0 } token
            ? token
            : throw new CommandUsageException($"{path} is empty: it should hold an administrator's token.");
    }
}
