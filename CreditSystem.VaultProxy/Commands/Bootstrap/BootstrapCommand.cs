using System.CommandLine;
using CreditSystem.VaultProxy.Commands.Kubernetes;
using CreditSystem.VaultProxy.Commands.Rotation;
using CreditSystem.VaultProxy.Commands.Vault;

namespace CreditSystem.VaultProxy.Commands.Bootstrap;

/// <summary><c>bootstrap</c>: prepares a Vault, the development server's or a real one, with an administrator's token.</summary>
internal sealed class BootstrapCommand
{
    internal const string Name = "bootstrap";

    private static readonly BootstrapSettings Default = new();

    private readonly VaultConnection connection = new();
    private readonly ClusterConnection clusters = new();
    private readonly Option<string> tokenFile = new("--token-file") { Description = "File of the administrator's token; by default VAULT_TOKEN" };
    private readonly Option<bool> dryRun = new("--dry-run") { Description = "Only say what would change, by name" };
    private readonly Option<string> prefix = new("--prefix") { Description = "Below which the secrets are", DefaultValueFactory = _ => Default.Prefix };
    private readonly Option<string> kvMount = new("--kv-mount") { Description = "Mount of the KV version 2 engine", DefaultValueFactory = _ => Default.KvMount };
    private readonly Option<string> transitMount = new("--transit-mount") { Description = "Mount of the transit engine", DefaultValueFactory = _ => Default.TransitMount };
    private readonly Option<string> transitKey = new("--transit-key") { Description = "Transit key of personal data", DefaultValueFactory = _ => Default.TransitKey };
    private readonly Option<string> databaseMount = new("--database-mount") { Description = "Mount of the database engine", DefaultValueFactory = _ => Default.DatabaseMount };
    private readonly Option<string> databaseRole = new("--database-role") { Description = "Role of the database engine", DefaultValueFactory = _ => Default.DatabaseRole };
    private readonly Option<bool> databaseEngine = new("--database-engine") { Description = "Set up the database engine as well: Vault then makes short-lived MongoDB users, for Vault:MongoDB:Mode=Dynamic" };
    private readonly Option<string> appRoleMount = new("--approle-mount") { Description = "Mount of the AppRole method below auth/", DefaultValueFactory = _ => Default.AppRoleMount };
    private readonly Option<string> policy = new("--policy") { Description = "The API's policy", DefaultValueFactory = _ => Default.Policy };
    private readonly Option<string> role = new("--role") { Description = "The API's AppRole", DefaultValueFactory = _ => Default.Role };
    private readonly Option<string> rotatorRole = new("--rotator-role") { Description = "The rotation's AppRole; its policy is ROLE-policy", DefaultValueFactory = _ => Default.RotatorRole };
    private readonly Option<int> secretIdHours = new("--secret-id-hours") { Description = "Life of a secret_id in hours, 25 or more", DefaultValueFactory = _ => (int)Default.SecretIdTtl.TotalHours };
    private readonly Option<string> credentials = new("--credentials-directory") { Description = "Where to write the API's role_id and secret_id" };
    private readonly Option<string> rotatorCredentials = new("--rotator-credentials-directory") { Description = "Where to write the rotation's role_id and secret_id" };
    private readonly Option<bool> kubernetesSecrets = new("--kubernetes-secrets") { Description = "Put the credentials into the Secrets vault-approle-creds and vault-rotator-creds, and the databases' passwords into mongodb-secrets and redis-secrets" };
    private readonly Option<int> waitSeconds = new("--wait-seconds") { Description = "How long a database may take until it answers", DefaultValueFactory = _ => 30 };
    private readonly Option<string> auditFile = new("--audit-file") { Description = "Set up an audit device that writes to this file of Vault's host" };
    private readonly Option<string> keep = new("--keep-values") { Description = "Development only: folder that remembers, for a Vault that forgets, the keys of stored data" };
    private readonly Option<bool> omitRoot = new("--omit-root-credentials") { Description = "Leave root_user and root_password out of the mongodb secret" };
    private readonly Option<string> environment = new("--environment") { Description = "The value of app.environment where there is none", DefaultValueFactory = _ => "production" };
    private readonly Option<string[]> set = new("--set") { Description = "SECRET.KEY=@FILE (or =VALUE where it is not confidential); may be given again" };

    internal static Task<int> RunAsync(string[] args, CommandHost host) => new BootstrapCommand().RunCoreAsync(args, host);

    private Task<int> RunCoreAsync(string[] args, CommandHost host)
    {
        secretIdHours.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < BootstrapSettings.LeastSecretIdTtl.TotalHours)
                result.AddError("--secret-id-hours must be 25 or more: two rotations of 12 hours, and one that comes late.");
        });
        var command = new RootCommand(
            "Prepare Vault: engines, policies, AppRoles and the four secrets; and the application's users of MongoDB and Redis, whose "
            + "administrators' connection strings are ConnectionStrings__mongodb and ConnectionStrings__redis. Run it again at any time.")
        {
            tokenFile, dryRun, prefix, kvMount, transitMount, transitKey, databaseEngine, databaseMount, databaseRole, appRoleMount, policy, role,
            rotatorRole, secretIdHours, credentials, rotatorCredentials, kubernetesSecrets, waitSeconds, auditFile, keep, omitRoot, environment, set,
        };
        connection.AddTo(command);
        clusters.AddTo(command);
        return host.InvokeAsync(command, args, (parsed, output, cancellationToken) => PrepareAsync(parsed, host, output, cancellationToken));
    }

    private async Task<int> PrepareAsync(ParseResult parsed, CommandHost host, TextWriter output, CancellationToken cancellationToken)
    {
        using var cluster = parsed.GetValue(kubernetesSecrets) ? clusters.Open(parsed, host) : null;
        var request = await ReadRequestAsync(parsed, host, cluster, cancellationToken);
        var token = await ReadTokenAsync(parsed, host, cancellationToken);
        using var vault = await connection.OpenAsync(parsed, host, cancellationToken);
        vault.Token = token;
        var changes = new Changes(output, parsed.GetValue(dryRun));
        try
        {
            var missing = await new BootstrapRun(vault, request, changes, host.Time).ExecuteAsync(cancellationToken);
            await output.WriteLineAsync($"{(changes.IsDryRun ? "Would change" : "Changed")}: {changes.Count}.");
            if (missing.Count == 0)
                return ExitCodes.Done;
            await output.WriteLineAsync($"Missing: {string.Join(", ", missing)}. Give the connection strings, or --set NAME=@FILE.");
            return ExitCodes.Incomplete;
        }
        catch (VaultRequestException refusal)
        {
            throw new CommandFailure($"{refusal.Message}.", refusal);
        }
        catch (TargetUnavailableException unavailable)
        {
            throw new CommandFailure($"{unavailable.Message} Run it again: what is done stays.", unavailable);
        }
    }

    private async Task<BootstrapRequest> ReadRequestAsync(ParseResult parsed, CommandHost host, Cluster? cluster, CancellationToken cancellationToken) => new(ReadSettings(parsed))
    {
        MongoConnectionString = host.VariableOrNull("ConnectionStrings__mongodb"),
        RedisConnectionString = host.VariableOrNull("ConnectionStrings__redis"),
        Credentials = TargetsOf(parsed.GetValue(credentials), cluster?.Secret("vault-approle-creds")),
        RotatorCredentials = TargetsOf(parsed.GetValue(rotatorCredentials), cluster?.Secret("vault-rotator-creds")),
        MongoPassword = cluster is null ? null : ServerPassword.OfMongo(cluster),
        RedisPassword = cluster is null ? null : ServerPassword.OfRedis(cluster),
        Patience = TimeSpan.FromSeconds(parsed.GetValue(waitSeconds)),
        AuditFile = parsed.GetValue(auditFile),
        KeptValuesDirectory = parsed.GetValue(keep),
        WithDatabaseEngine = parsed.GetValue(databaseEngine),
        WithRootCredentials = !parsed.GetValue(omitRoot),
        Environment = parsed.GetRequiredValue(environment),
        Given = await GivenValues.ReadAsync(parsed.GetValue(set) ?? [], cancellationToken),
    };

    private static IReadOnlyList<ICredentialTarget> TargetsOf(string? directory, ClusterSecret? secret) =>
        [.. directory is null ? (ICredentialTarget[])[] : [new DirectoryTarget(directory)], .. secret is null ? (ICredentialTarget[])[] : [new KubernetesTarget(secret)]];

    private BootstrapSettings ReadSettings(ParseResult parsed) => new()
    {
        Prefix = parsed.GetRequiredValue(prefix).Trim('/'),
        KvMount = parsed.GetRequiredValue(kvMount).Trim('/'),
        TransitMount = parsed.GetRequiredValue(transitMount).Trim('/'),
        TransitKey = parsed.GetRequiredValue(transitKey),
        DatabaseMount = parsed.GetRequiredValue(databaseMount).Trim('/'),
        DatabaseRole = parsed.GetRequiredValue(databaseRole),
        AppRoleMount = parsed.GetRequiredValue(appRoleMount).Trim('/'),
        Policy = parsed.GetRequiredValue(policy),
        Role = parsed.GetRequiredValue(role),
        RotatorRole = parsed.GetRequiredValue(rotatorRole),
        RotatorPolicy = $"{parsed.GetRequiredValue(rotatorRole)}-policy",
        SecretIdTtl = TimeSpan.FromHours(parsed.GetValue(secretIdHours)),
    };

    private async Task<string> ReadTokenAsync(ParseResult parsed, CommandHost host, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(tokenFile) is not { } path)
            return host.VariableOrNull("VAULT_TOKEN") ?? throw new CommandFailure("Set VAULT_TOKEN to an administrator's token, or give --token-file.");
        try
        {
            return (await File.ReadAllTextAsync(path, cancellationToken)).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"{path} cannot be read.", exception);
        }
    }
}
