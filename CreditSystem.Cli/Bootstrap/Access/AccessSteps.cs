using CreditSystem.Cli.Vault;

namespace CreditSystem.Cli.Bootstrap.Access;

/// <summary>
/// The policies and the AppRoles of the API and of the rotation. What somebody has made stricter by hand stays so, or is refused: it is
/// never made weaker unasked.
/// </summary>
internal sealed class AccessSteps(VaultAdminClient vault, BootstrapSettings settings, ChangeReporter changes)
{
    /// <summary>Looks for what a run would have to weaken. Nothing is written.</summary>
    /// <exception cref="CommandException">Something.</exception>
    public async Task RequireNoWeakeningAsync(CancellationToken cancellationToken)
    {
        var plan = changes.Planning();
        await new AccessSteps(vault, settings, plan).RunAsync(cancellationToken);
        if (plan.Objections > 0)
            throw new CommandException("It would weaken what is there (the lines with !). Nothing was changed. Put it into a policy or a "
                + "role of another name (--policy, --role), undo the change in Vault, or give --allow-weaker.");
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await PolicyAsync(settings.Policy, Policies.Application(settings), Policies.EarlierApplication(settings), cancellationToken);
        await PolicyAsync(settings.RotatorPolicy, Policies.Rotator(settings), Policies.EarlierRotator(settings), cancellationToken);
        await RoleAsync(settings.Role, ApplicationRole(), cancellationToken);
        await RoleAsync(settings.RotatorRole, RotatorRole(), cancellationToken);
    }

    private JsonObject ApplicationRole()
    {
        var role = Role(settings.Policy, settings.TokenTtl, settings.TokenMaxTtl, settings.SecretIdTtl);
        if (settings.TokenType is { } type)
            role["token_type"] = type;
        if (settings.SecretIdUses is { } uses)
            role["secret_id_num_uses"] = (long)uses;
        if (settings.SecretIdCidrs is { } secretIdCidrs)
            role["secret_id_bound_cidrs"] = new JsonArray([.. secretIdCidrs.Select(cidr => (JsonNode)cidr)]);
        if (settings.TokenCidrs is { } tokenCidrs)
            role["token_bound_cidrs"] = new JsonArray([.. tokenCidrs.Select(cidr => (JsonNode)cidr)]);
        return role;
    }

    // Its token lives for one run.
    private JsonObject RotatorRole() =>
        Role(settings.RotatorPolicy, TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(15), settings.RotatorSecretIdTtl);

    private static JsonObject Role(string policy, TimeSpan tokenTtl, TimeSpan tokenMaxTtl, TimeSpan secretIdTtl) => new()
    {
        ["bind_secret_id"] = true,
        ["secret_id_ttl"] = (long)secretIdTtl.TotalSeconds,
        ["token_policies"] = new JsonArray(policy),
        ["token_no_default_policy"] = true,
        ["token_ttl"] = (long)tokenTtl.TotalSeconds,
        ["token_max_ttl"] = (long)tokenMaxTtl.TotalSeconds,
    };

    private async Task PolicyAsync(string name, string text, IReadOnlyList<string> earlier, CancellationToken cancellationToken)
    {
        var path = $"sys/policies/acl/{name}";
        var present = (string?)(await vault.ReadAsync(path, cancellationToken))?["policy"];
        Task Write() => vault.WriteAsync(path, new JsonObject { ["policy"] = text }, cancellationToken);
        if (present is null)
            await changes.AddAsync($"policy {name}", Write);
        else if (present.Trim() == text.Trim())
            changes.Keep($"policy {name}");
        else if (settings.AllowsWeaker || earlier.Any(edition => edition.Trim() == present.Trim()))
            await changes.ChangeAsync($"policy {name}", Write);
        else
            await ReplaceOthersAsync(name, PolicyText.Parse(present), PolicyText.Parse(text), Write);
    }

    /// <summary>A policy that no bootstrap has written: somebody has had a reason.</summary>
    private async Task ReplaceOthersAsync(string name, PolicyText present, PolicyText wanted, Func<Task> write)
    {
        var gains = wanted.GainsOver(present);
        if (!present.IsPlain)
            changes.Object($"policy {name} has been changed by hand, and restricts more than paths and capabilities");
        else if (gains.Count > 0)
            changes.Object($"policy {name} has been changed by hand, and would grant more than now: {string.Join("; ", gains)}");
        else
            await changes.ChangeAsync($"policy {name}, which was wider", write);
    }

    private async Task RoleAsync(string name, JsonObject role, CancellationToken cancellationToken)
    {
        var path = $"auth/{settings.AppRoleMount}/role/{name}";
        if (await vault.ReadAsync(path, cancellationToken) is not { } present)
        {
            role["token_type"] ??= "service";
            await changes.AddAsync($"role {path}", () => vault.WriteAsync(path, role, cancellationToken));
            return;
        }

        var comparison = RoleComparison.Of(present, role);
        var kept = comparison.Kept.Count == 0 ? "" : $" (stricter, and left so: {string.Join(", ", comparison.Kept)})";
        if (comparison.Weaker.Count > 0 && !settings.AllowsWeaker)
            changes.Object($"role {path} would be weaker: {string.Join("; ", comparison.Weaker)}");
        else if (comparison.Changes.Count > 0)
            await changes.ChangeAsync($"role {path}: {string.Join(", ", comparison.Changes.Select(field => field.Key))}{kept}",
                () => vault.WriteAsync(path, comparison.Changes, cancellationToken));
        else
            changes.Keep($"role {path}{kept}");
    }
}
