using CreditSystem.Cli.Rotation;
using CreditSystem.Cli.Vault;

namespace CreditSystem.Cli.Bootstrap.Steps;

/// <summary>
/// Puts role_id and secret_id of a role to where they are wanted, unless those there are good already. What it makes ends
/// again when it did not arrive, and when it has been replaced.
/// </summary>
internal sealed class CredentialStep(VaultAdminClient vault, BootstrapSettings settings, ClusterIdentity? cluster, ChangeReporter changes,
    TimeProvider time)
{
    /// <summary>Looks whether another cluster logs in by this role: then both would rotate it, and share its secrets.</summary>
    /// <exception cref="CommandException">One does.</exception>
    public async Task RequireOwnAsync(string role, CancellationToken cancellationToken)
    {
        if (cluster is null)
            return;
        var others = await new AppRoleSecretIds(vault, PathOf(role)).ListOthersAsync(new HashSet<string>(), cancellationToken);
        if (others.FirstOrDefault(other => other.Mark?.Cluster is { } id && !cluster.Own.Contains(id)) is not { } foreign)
            return;
        throw new CommandException(
            $"{PathOf(role)} is another cluster's (kube-system {foreign.Mark!.Cluster}): it has a secret_id of "
                + $"{foreign.MadeAt:yyyy-MM-dd HH:mm} UTC. Give this one names of its own (--prefix, --namespace), or, where both are to "
                + "share roles and secrets, --share-roles. Nothing was changed.");
    }

    /// <param name="role">Whose.</param>
    /// <param name="targets">Where they go.</param>
    /// <param name="lifetime">Of a secret_id of the role; one in its last quarter, or without an end, is replaced.</param>
    /// <param name="keepsReplaced">Whether pods may still be logging in with the one before; else it ends at once.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(string role, IEnumerable<ICredentialTarget> targets, TimeSpan lifetime, bool keepsReplaced,
        CancellationToken cancellationToken)
    {
        var secretIds = new AppRoleSecretIds(vault, PathOf(role));
        foreach (var target in targets)
        {
            var what = $"credentials of {role} in {target.Name}";
            var present = await target.FindAsync(cancellationToken);
            var roleId = await ReadRoleIdAsync(role, cancellationToken);
            var held = roleId is not null && present is { SecretId: { } secretId } && present.RoleId == roleId
                ? await secretIds.FindAsync(secretId, cancellationToken)
                : null;
            if (Complaint(held, lifetime) is { } complaint)
                await changes.AddAsync($"{what}{(present?.SecretId is null ? "" : $" ({complaint})")}",
                    () => ReplaceAsync(role, secretIds, target, present, held, keepsReplaced, cancellationToken));
            else if (cluster is not null && present!.Holder is not null && present.Cluster != cluster.Id)
                await changes.ChangeAsync(
                    $"{what}: which cluster it is of", () => target.PutAsync(
                        new TargetCredentials(roleId!, present.SecretId!, WithHeld(present.Generations, held!),
                            cluster.Id), cancellationToken));
            else
                changes.Keep(what);
            // Those of the API end within a day by themselves, and pods may not have seen the new files yet.
            if (!keepsReplaced)
                await SweepAsync(secretIds, target, cancellationToken);
        }
    }

    /// <returns>Why another one is needed; null when it is not.</returns>
    private string? Complaint(SecretIdInformation? held, TimeSpan lifetime) => held switch
    {
        null => "Vault does not know the one there",
        { EndsAt: null } => "the one there never ends",
        { EndsAt: { } end, MadeAt: var made } when end - time.GetUtcNow() < (end - made < lifetime ? end - made : lifetime) / 4 => "the "
            + $"one there ends on {end:yyyy-MM-dd HH:mm} UTC",
        _ => null,
    };

    private async Task ReplaceAsync(string role, AppRoleSecretIds secretIds, ICredentialTarget target, TargetState? present,
        SecretIdInformation? held, bool keepsReplaced, CancellationToken cancellationToken)
    {
        var roleId = await ReadRoleIdAsync(role, cancellationToken) ?? throw new CommandException($"{PathOf(role)} has no role_id.");
        var mark = new SecretIdMark(SecretIdMark.Bootstrap, target.Name, present?.Holder, cluster?.Id);
        var made = (await vault.WriteAsync($"{PathOf(role)}/secret-id", new JsonObject { ["metadata"] = mark.ToMetadata() },
            cancellationToken))?["data"];
        var (secretId, accessor) = ((string?)made?["secret_id"], (string?)made?["secret_id_accessor"]);
        if (secretId is null || accessor is null)
            throw new CommandException($"{PathOf(role)} gives no secret_id.");
        Generation[] before = held is not null && keepsReplaced ? [.. WithHeld(present!.Generations, held)] : [];
        try
        {
            // The rotation ends this one, too, two generations on.
            await target.PutAsync(
                new TargetCredentials(roleId, secretId, [.. before, new Generation(accessor, time.GetUtcNow())],
                    cluster?.Id), cancellationToken);
        }
        catch (Exception exception) when (exception is CommandException or TargetUnavailableException)
        {
            if (await HasArrivedAsync(target, secretId, cancellationToken) is false)
                await secretIds.DestroyAsync(accessor, cancellationToken);
            throw;
        }

        if (held is not null && !keepsReplaced)
            await secretIds.DestroyAsync(held.Accessor, cancellationToken);
    }

    /// <summary>Ends what earlier runs made for this target and could not put there, or what has been replaced.</summary>
    private async Task SweepAsync(AppRoleSecretIds secretIds, ICredentialTarget target, CancellationToken cancellationToken)
    {
        if (await target.FindAsync(cancellationToken) is not { SecretId: { } secretId } present
            || await secretIds.FindAsync(secretId, cancellationToken) is not { } held)
            return;
        var known = present.Generations.Select(generation => generation.Accessor).Append(held.Accessor).ToHashSet();
        foreach (var other in await secretIds.ListOthersAsync(known, cancellationToken))
        {
            if (IsOwn(other.Mark, target, present))
                await changes.ChangeAsync($"secret_id of {target.Name} that is in no use: ended",
                    () => secretIds.DestroyAsync(other.Accessor, cancellationToken));
            else if (other is { EndsAt: null, Mark: null })
                changes.Say($"A secret_id without an end, made by hand or by an earlier version, is not in {target.Name}: end it if "
                    + $"nobody else holds it (secret_id_accessor={other.Accessor}).");
        }
    }

    private bool IsOwn(SecretIdMark? mark, ICredentialTarget target, TargetState present) =>
        mark is { MadeBy: SecretIdMark.Bootstrap } && mark.Target == target.Name
        && (cluster is not null ? mark.Cluster is { } id && cluster.Own.Contains(id) : mark.Cluster is null && mark.Holder is not null
        && mark.Holder == present.Holder);

    /// <returns>Null when nobody knows.</returns>
    private static async Task<bool?> HasArrivedAsync(ICredentialTarget target, string secretId, CancellationToken cancellationToken)
    {
        try
        {
            return (await target.FindAsync(cancellationToken))?.SecretId == secretId;
        }
        catch (Exception exception) when (exception is CommandException or TargetUnavailableException)
        {
            return null;
        }
    }

    private List<Generation> WithHeld(IReadOnlyList<Generation> generations, SecretIdInformation held) =>
        [.. generations.Where(generation => generation.Accessor != held.Accessor),
            generations.FirstOrDefault(generation => generation.Accessor == held.Accessor)
            ?? new Generation(held.Accessor, time.GetUtcNow())];

    private string PathOf(string role) => $"auth/{settings.AppRoleMount}/role/{role}";

    private async Task<string?> ReadRoleIdAsync(string role, CancellationToken cancellationToken) =>
        (string?)(await vault.ReadAsync($"{PathOf(role)}/role-id", cancellationToken))?["role_id"];
}
