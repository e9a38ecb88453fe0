using CreditSystem.Cli.Certificates;
using CreditSystem.Cli.Vault;

namespace CreditSystem.Cli.Bootstrap.Steps;

/// <summary>The PKI engine with an authority of its own, and the role by which services get their certificates.</summary>
internal sealed class CertificateStep(VaultAdminClient vault, BootstrapRequest request, ChangeReporter changes, TimeProvider time)
{
    internal const string AuthorityName = "CreditSystem";

    /// <summary>Of an authority; <c>rotate-ca</c> makes another long before.</summary>
    internal static readonly TimeSpan AuthorityTtl = TimeSpan.FromDays(3 * 365);

    /// <summary>Of a certificate: each is replaced at two thirds of it.</summary>
    internal static readonly TimeSpan CertificateTtl = TimeSpan.FromHours(72);

    private readonly BootstrapSettings settings = request.Settings;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var isMounted = await new MountStep(vault, changes).RunAsync(
            MountStep.Engines, settings.PkiMount, "pki", cancellationToken, maxLeaseTtl: AuthorityTtl);
        await AuthorityAsync(isMounted, cancellationToken);
        await RoleAsync(isMounted, cancellationToken);
        foreach (var (holder, target) in request.Certificates)
            await IssueAsync(holder, target, cancellationToken);
    }

    private async Task IssueAsync(CertificateHolder holder, ICertificateTarget target, CancellationToken cancellationToken)
    {
        var what = $"certificate of {holder.Name} in {target.Name}";
        // A dry run has made no authority.
        if (changes.IsDryRun && (await vault.ListAsync($"{settings.PkiMount}/issuers", cancellationToken)).Count == 0)
        {
            await changes.AddAsync(what, () => Task.CompletedTask);
            return;
        }

        var run = new CertificateRun(vault, holder.Options(settings), target, time);
        var plan = await run.PlanAsync(cancellationToken);
        Task Apply() => run.ApplyAsync(plan, cancellationToken);
        if (plan.Action == CertificateAction.None)
            changes.Keep(what);
        else if (plan.Action == CertificateAction.Trust)
            await changes.ChangeAsync($"{what}: the authorities that are trusted", Apply);
        else
            await changes.AddAsync($"{what} ({plan.Reason})", Apply);
    }

    internal static JsonObject Authority() => new()
    {
        ["common_name"] = AuthorityName,
        ["ttl"] = Seconds(AuthorityTtl),
        ["key_type"] = "ec",
        ["key_bits"] = 256,
    };

    private async Task AuthorityAsync(bool isMounted, CancellationToken cancellationToken)
    {
        var exists = isMounted && (await vault.ListAsync($"{settings.PkiMount}/issuers", cancellationToken)).Count > 0;
        await changes.EnsureAsync($"authority of {settings.PkiMount}/", exists, isAsWanted: true,
            () => vault.WriteAsync($"{settings.PkiMount}/root/generate/internal", Authority(), cancellationToken));
    }

    private async Task RoleAsync(bool isMounted, CancellationToken cancellationToken)
    {
        var path = $"{settings.PkiMount}/roles/{settings.PkiRole}";
        var wanted = new JsonObject
        {
            ["allowed_domains"] = new JsonArray([.. settings.CertificateDomains.Select(domain => (JsonNode)domain)]),
            ["allow_bare_domains"] = true,
            ["allow_subdomains"] = true,
            ["allow_wildcard_certificates"] = false,
            ["allow_ip_sans"] = false,
            ["server_flag"] = true,
            ["client_flag"] = true,
            ["key_type"] = "ec",
            ["key_bits"] = 256,
            ["no_store"] = false,
            ["ttl"] = (long)CertificateTtl.TotalSeconds,
            ["max_ttl"] = (long)CertificateTtl.TotalSeconds,
        };
        var present = isMounted ? await vault.ReadAsync(path, cancellationToken) : null;
        // A write replaces the whole role.
        Task Write() => vault.WriteAsync(path, wanted, cancellationToken);
        if (present is null)
            await changes.AddAsync(path, Write);
        else if (wanted.All(field => JsonNode.DeepEquals(Plain(field.Value), Plain(present[field.Key]))))
            changes.Keep(path);
        else if (settings.AllowsWeaker)
            await changes.ChangeAsync(path, Write);
        else
            changes.Say($"{path} is another than the bootstrap makes, and stays so (--allow-weaker replaces it).");
    }

    private static string Seconds(TimeSpan time) => $"{(long)time.TotalSeconds}s";

    private static JsonNode? Plain(JsonNode? value) => value is null ? null : JsonNode.Parse(value.ToJsonString());
}
