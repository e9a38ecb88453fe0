using System.Globalization;
using System.Text.Json.Nodes;
using CreditSystem.Cli.Vault;

namespace CreditSystem.Cli.Bootstrap.Steps;

/// <summary>The policies and the AppRoles of the API and of the rotation.</summary>
internal sealed class AccessSteps(VaultAdminClient vault, BootstrapSettings settings, ChangeReporter changes)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await PolicyAsync(settings.Policy, Policies.Application(settings), cancellationToken);
        await PolicyAsync(settings.RotatorPolicy, Policies.Rotator(settings), cancellationToken);
        await RoleAsync(settings.Role, ApplicationRole(), cancellationToken);
        await RoleAsync(settings.RotatorRole, RotatorRole(), cancellationToken);
    }

    private JsonObject ApplicationRole() => Role(settings.Policy, settings.TokenTtl, settings.TokenMaxTtl, settings.SecretIdTtl);

    // Its token lives for one run.
    private JsonObject RotatorRole() =>
        Role(settings.RotatorPolicy, TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(15), settings.RotatorSecretIdTtl);

    private static JsonObject Role(string policy, TimeSpan tokenTtl, TimeSpan tokenMaxTtl, TimeSpan secretIdTtl) => new()
    {
        ["bind_secret_id"] = true,
        ["secret_id_ttl"] = (long)secretIdTtl.TotalSeconds,
        ["secret_id_num_uses"] = 0L,
        ["token_policies"] = new JsonArray(policy),
        ["token_no_default_policy"] = true,
        ["token_ttl"] = (long)tokenTtl.TotalSeconds,
        ["token_max_ttl"] = (long)tokenMaxTtl.TotalSeconds,
        ["token_type"] = "service",
    };

    private async Task PolicyAsync(string name, string text, CancellationToken cancellationToken)
    {
        var path = $"sys/policies/acl/{name}";
        var present = (string?)(await vault.ReadAsync(path, cancellationToken))?["policy"];
        Task Write() => vault.WriteAsync(path, new JsonObject { ["policy"] = text }, cancellationToken);
        if (present is null)
            await changes.AddAsync($"policy {name}", Write);
        else if (present.Trim() != text.Trim())
            await changes.ChangeAsync($"policy {name}", Write);
        else
            changes.Keep($"policy {name}");
    }

    private async Task RoleAsync(string name, JsonObject role, CancellationToken cancellationToken)
    {
        var path = $"auth/{settings.AppRoleMount}/role/{name}";
        var present = await vault.ReadAsync(path, cancellationToken);
        Task Write() => vault.WriteAsync(path, role, cancellationToken);
        if (present is null)
        {
            await changes.AddAsync($"role {path}", Write);
            return;
        }

        var different = role.Where(field => Canonical(present[field.Key]) != Canonical(field.Value)).Select(field => field.Key).ToList();
        if (different.Count > 0)
            await changes.ChangeAsync($"role {path}: {string.Join(", ", different)}", Write);
        else
            changes.Keep($"role {path}");
    }

    // An absent field, null, false and 0 are the same to Vault.
    private static string Canonical(JsonNode? value) => value switch
    {
        JsonArray array => string.Join(',', array.Select(Canonical)),
        JsonValue single when single.TryGetValue<bool>(out var flag) => flag ? "true" : "",
        JsonValue single when single.TryGetValue<long>(out var number) => number == 0 ? "" : number.ToString(CultureInfo.InvariantCulture),
        _ => value?.ToString() ?? "",
    };
}
