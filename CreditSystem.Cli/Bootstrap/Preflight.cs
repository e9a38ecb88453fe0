using System.Net;
using CreditSystem.Cli.Bootstrap.Access;
using CreditSystem.Cli.Bootstrap.Steps;
using CreditSystem.Cli.Vault;
using CreditSystem.Secrets.Vault.Server;

namespace CreditSystem.Cli.Bootstrap;

/// <summary>
/// Looks before anything is done, in a dry run as well: the token, the namespace, the plugins that are needed, the audit API.
/// What cannot work is refused here, with what to do instead, and not half-way through.
/// </summary>
internal sealed class Preflight(VaultAdminClient vault, BootstrapRequest request, ChangeReporter changes)
{
    internal const string AuditAdvice = "OpenBao takes audit devices from its configuration alone: write audit \"file\" \"file\" { "
        + "options { file_path = \"…\" } } there, send the server a SIGHUP, and leave --audit-file out.";

    private const string DatabasePlugin = "mongodb-database-plugin";

    private BootstrapSettings Settings => request.Settings;

    /// <exception cref="CommandException">It cannot work.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await RequireTokenAsync(cancellationToken);
        var engines = await FindMountsAsync(MountStep.Engines, "", cancellationToken, Settings.KvMount, Settings.TransitMount,
            Settings.DatabaseMount, Settings.PkiMount);
        var logins = await FindMountsAsync(MountStep.Logins, "auth/", cancellationToken, Settings.AppRoleMount);
        if (!engines.Contains(Settings.KvMount))
            await RequirePluginAsync("secret", "kv", $"engine {Settings.KvMount}/", "", cancellationToken);
        if (!logins.Contains(Settings.AppRoleMount))
            await RequirePluginAsync("auth", "approle", $"login method auth/{Settings.AppRoleMount}/", "", cancellationToken);
        if (request.WithDatabaseEngine)
        {
            await RequirePluginAsync("database", DatabasePlugin, "--database-engine",
                " (OpenBao has none). Leave --database-engine out: the API then uses the MongoDB user whose password the bootstrap keeps "
                    + "in Vault (Vault:MongoDB:Mode=Static, the default).", cancellationToken);
        }

        if (request.AuditFile is not null)
            await RequireAuditAsync(cancellationToken);
        if (changes.IsDryRun)
            await SayMissingRightsAsync(engines, logins, cancellationToken);
    }

    private async Task RequireTokenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await vault.ReadAsync("auth/token/lookup-self", cancellationToken);
        }
        catch (VaultRequestException refusal)
            when (vault.Namespace is { } space && refusal.Reason.Contains("namespace", StringComparison.OrdinalIgnoreCase))
        {
            throw new CommandException(
                $"Vault has no namespace {space}: make it first (bao namespace create {space}, or vault namespace create {space}). "
                    + $"{refusal.Message}", refusal);
        }
        catch (VaultRequestException refusal) when (refusal.Status == HttpStatusCode.Forbidden)
        {
            throw new CommandException($"The token is none of this Vault's, has expired, or may not even look itself up. {refusal.Message}",
                refusal);
        }
    }

    /// <summary>Which of the mounts are there. The client is told of the others, so that nobody asks below them.</summary>
    private async Task<HashSet<string>> FindMountsAsync(string kind, string below, CancellationToken cancellationToken,
        params string[] names)
    {
        var mounted = await vault.ReadAsync(kind, cancellationToken) ?? [];
        foreach (var name in names.Where(name => mounted[$"{name}/"] is null))
            vault.AssumeAbsent(below + name);
        return [.. names.Where(name => mounted[$"{name}/"] is not null)];
    }

    private async Task RequirePluginAsync(string kind, string plugin, string purpose, string advice, CancellationToken cancellationToken)
    {
        List<string> plugins;
        try
        {
            plugins = [.. (await vault.ListAsync($"sys/plugins/catalog/{kind}", cancellationToken)).Select(key => $"{key}")];
        }
        catch (VaultRequestException refusal) when ((int)refusal.Status is 400 or 403 or 404 or 405)
        {
            changes.Say($"Whether this Vault has {plugin} is not known before: {refusal.Message}");
            return;
        }

        if (plugins.Count > 0 && !plugins.Contains(plugin))
            throw new CommandException(
                $"This Vault has no {plugin}, which {purpose} needs{(advice.Length > 0 ? advice : ".")} Nothing was changed.");
    }

    private async Task RequireAuditAsync(CancellationToken cancellationToken)
    {
        JsonObject? devices;
        try
        {
            devices = await vault.ReadAsync("sys/audit", cancellationToken);
        }
        catch (VaultRequestException refusal)
        {
            throw new CommandException(
                $"--audit-file needs a token that may manage audit devices, in the root namespace. {refusal.Message} Nothing was changed.",
                refusal);
        }

        // A real run asks the server itself, before anything else is done: OpenBao can be configured to allow it.
        if (changes.IsDryRun && devices?["file/"] is null && await IsOpenBaoAsync(cancellationToken))
            throw new CommandException($"--audit-file: {AuditAdvice}");
    }

    private async Task<bool> IsOpenBaoAsync(CancellationToken cancellationToken) =>
        ServerProfile.From(await vault.ReadDocumentAsync("sys/seal-status", cancellationToken)) is { IsOpenBao: true };

    private async Task SayMissingRightsAsync(HashSet<string> engines, HashSet<string> logins, CancellationToken cancellationToken)
    {
        var unneeded = engines.Select(name => $"sys/mounts/{name}").Concat(logins.Select(name => $"sys/auth/{name}"))
            .Concat(request.WithDatabaseEngine ? [] : BootstrapRight.Database(Settings).Select(right => right.Path))
            .Concat(request.WithCertificates ? [] : PkiRights.Administer(Settings).Select(right => right.Path))
            .Concat(request.AuditFile is null ? BootstrapRight.Audit.Select(right => right.Path) : []).ToHashSet();
        var rights = BootstrapRight.All(Settings)
            .Where(right => !unneeded.Contains(right.Path) && !right.Path.StartsWith("sys/plugins/", StringComparison.Ordinal)).ToList();
        JsonNode? answer;
        try
        {
            answer = (await vault.WriteAsync(
                "sys/capabilities-self", new JsonObject
                {
                    ["paths"] = new JsonArray(
                    [.. rights.Select(right => (JsonNode)Concrete(right.Path))])
                }, cancellationToken))?["data"];
        }
        catch (VaultRequestException refusal)
        {
            changes.Say($"What the token may do is not known before: {refusal.Message}");
            return;
        }

        foreach (var right in rights)
        {
            var held = (answer?[Concrete(right.Path)] as JsonArray)?.Select(capability => $"{capability}").ToHashSet() ?? [];
            // Which of the two a write is, depends on what is there.
            var missing = held.Contains("root")
                ? []
                : right.Capabilities.Where(capability => !held.Contains(capability)
                    && !(capability is "create" && held.Contains("update"))).ToList();
            if (missing.Count > 0)
                changes.Object($"the token may not {string.Join(", ", missing)} {right.Path}");
        }
    }

    private static string Concrete(string path) => path.Replace("*", "app", StringComparison.Ordinal);
}
