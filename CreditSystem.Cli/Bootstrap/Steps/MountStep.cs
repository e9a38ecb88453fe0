using System.Net;
using CreditSystem.Cli.Vault;

namespace CreditSystem.Cli.Bootstrap.Steps;

/// <summary>Mounts engines and login methods that are not there.</summary>
internal sealed class MountStep(VaultAdminClient vault, ChangeReporter changes)
{
    internal const string Engines = "sys/mounts";
    internal const string Logins = "sys/auth";

    /// <returns>Whether it was there before.</returns>
    /// <exception cref="CommandException">Something else is mounted there.</exception>
    public async Task<bool> RunAsync(string kind, string name, string type, CancellationToken cancellationToken, int? version = null,
        TimeSpan? maxLeaseTtl = null)
    {
        var what =
            $"{(kind == Logins ? "login method auth/" : "engine ")}{name}/ ({type}{(version is null ? "" : $", version {version}")})";
        var present = await FindAsync(kind, name, cancellationToken);
        if (present is null)
        {
            try
            {
                await changes.AddAsync(what, async () =>
                {
                    await vault.WriteAsync($"{kind}/{name}", BodyOf(type, version, maxLeaseTtl), cancellationToken);
                    AssumePresent(kind, name);
                });
                return false;
            }
            catch (VaultRequestException refused) when (refused.Status == HttpStatusCode.BadRequest)
            {
                // Of two runs that begin at once the other was faster, or it is refused for good.
                present = await FindAsync(kind, name, cancellationToken);
                if (present is null)
                    throw;
                AssumePresent(kind, name);
            }
        }

        if ((string?)present["type"] != type || (version is not null && present["options"]?["version"]?.ToString() != $"{version}"))
            throw new CommandException($"{name}/ is mounted as something other than {what}. Choose another mount.");
        changes.Keep(what);
        return true;
    }

    private async Task<JsonObject?> FindAsync(string kind, string name, CancellationToken cancellationToken) =>
        (await vault.ReadAsync(kind, cancellationToken))?[$"{name}/"] as JsonObject;

    private void AssumePresent(string kind, string name) => vault.AssumePresent(kind == Logins ? $"auth/{name}" : name);

    private static JsonObject BodyOf(string type, int? version, TimeSpan? maxLeaseTtl)
    {
        var body = new JsonObject { ["type"] = type };
        if (version is not null)
            body["options"] = new JsonObject { ["version"] = $"{version}" };
        if (maxLeaseTtl is { } most)
            body["config"] = new JsonObject { ["max_lease_ttl"] = $"{most.TotalSeconds:0}s" };
        return body;
    }
}
