using CreditSystem.Cli.Vault;
using CreditSystem.Secrets.Pki;
using CreditSystem.ServiceDefaults.Certificates;

namespace CreditSystem.Cli.Certificates;

/// <summary>
/// Has Vault issue a certificate for a service that cannot ask for one itself, and puts it where the service looks: as long as what is
/// there is good nothing is done, so that it can be run as often as anybody likes.
/// </summary>
internal sealed class CertificateRun(VaultAdminClient vault, PkiOptions options, ICertificateTarget target, TimeProvider time)
{
    private readonly PkiClient pki = new(options);

    /// <summary>Looks. Nothing is written.</summary>
    public async Task<CertificatePlan> PlanAsync(CancellationToken cancellationToken)
    {
        var authorities = await pki.ReadAuthoritiesAsync(vault, cancellationToken);
        var present = await target.FindAsync(cancellationToken);
        if (present is null)
            return new CertificatePlan(CertificateAction.Issue, "there is none", authorities);
        if (present.LoadOrNull() is not { } set)
            return new CertificatePlan(
                CertificateAction.Issue, "what is there is no certificate with its key and authorities", authorities);
        if (Complaint(set, authorities) is { } complaint)
            return new CertificatePlan(CertificateAction.Issue, complaint, authorities);
        // Lists that cannot be had: those that are there stay.
        authorities = authorities with { Revoked = authorities.Revoked ?? present.Revoked };
        var isKnown = Same(present.Authorities, authorities.Pem) && Same(present.Revoked, authorities.Revoked);
        return new CertificatePlan(
            isKnown ? CertificateAction.None : CertificateAction.Trust, $"good until {set.NotAfter:yyyy-MM-dd HH:mm} UTC", authorities,
            present);
    }

    /// <summary>Does what the plan says.</summary>
    public async Task ApplyAsync(CertificatePlan plan, CancellationToken cancellationToken)
    {
        if (plan.Action == CertificateAction.Trust)
            await target.PutAsync(
                plan.Present! with { Authorities = plan.Authorities.Pem, Revoked = plan.Authorities.Revoked }, cancellationToken);
        if (plan.Action != CertificateAction.Issue)
            return;
        var issued = await pki.IssueAsync(vault, cancellationToken);
        await target.PutAsync(
            new CertificateFiles(issued.Chain, issued.Key, plan.Authorities.Pem, plan.Authorities.Revoked), cancellationToken);
    }

    private static bool Same(string? a, string? b) => a?.Trim() == b?.Trim();

    /// <returns>Why another one is needed; null when it is not.</returns>
    private string? Complaint(CertificateSet set, MountAuthorities authorities)
    {
        var issuer = CertificateLife.IssuerOf(set, authorities.Pem);
        return !CertificateLife.Covers(set, options) ? "the one there is for other names"
            : authorities.Revoked is { } lists && RevocationList.Load(lists).Contains(set.Certificate) ? "the one there has been revoked"
            : CertificateLife.ShareOf(set, time.GetUtcNow()) >= 1 ? "the one there has ended"
            : CertificateLife.DueAt(set, spread: 0) <= time.GetUtcNow() ? "two thirds of the life of the one there are over"
            : issuer is null ? "the authority of the one there is gone"
            : authorities.DefaultFingerprint is { } signing && signing != issuer ? "another authority signs now"
            : null;
    }
}

internal enum CertificateAction
{
    None,

    /// <summary>The certificate stays; other authorities are trusted.</summary>
    Trust,
    Issue,
}

/// <summary>What is to be done about a certificate, and why.</summary>
internal sealed record CertificatePlan(
    CertificateAction Action, string Reason, MountAuthorities Authorities, CertificateFiles? Present = null);
