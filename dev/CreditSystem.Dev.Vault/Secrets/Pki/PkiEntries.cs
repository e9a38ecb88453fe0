using System.Security.Cryptography.X509Certificates;

namespace CreditSystem.Dev.Vault.Secrets.Pki;

/// <summary>A certificate of an authority in the mount, with a key of the mount or without one.</summary>
internal sealed record Issuer
{
    public required string Id { get; init; }

    public string Name { get; init; } = "";

    /// <summary>DER in base64.</summary>
    public required string Certificate { get; init; }

    /// <summary>Empty where the mount does not have the key, as of an intermediate's root.</summary>
    public string KeyId { get; init; } = "";

    /// <summary>What becomes of a certificate that would outlive it: <c>err</c>, <c>truncate</c> or <c>permit</c>.</summary>
    public string LeafNotAfterBehavior { get; init; } = "err";

    public int CrlNumber { get; init; }

    public required DateTimeOffset AddedAt { get; init; }

    public X509Certificate2 Load() => X509CertificateLoader.LoadCertificate(Convert.FromBase64String(Certificate));
}

/// <summary>A certificate that the mount has issued, or that was revoked by what it says.</summary>
internal sealed record StoredCertificate
{
    /// <summary>DER in base64.</summary>
    public required string Certificate { get; init; }

    public required DateTimeOffset NotAfter { get; init; }

    public required string IssuerId { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Whether it is read and listed; else it is known by its revocation alone.</summary>
    public bool IsStored { get; init; } = true;
}

/// <summary>Where certificates say that their issuer, its revocations and its status are to be found.</summary>
internal sealed record PkiUrls
{
    public IReadOnlyList<string> IssuingCertificates { get; init; } = [];

    public IReadOnlyList<string> CrlDistributionPoints { get; init; } = [];

    public IReadOnlyList<string> OcspServers { get; init; } = [];

    public bool IsEmpty => IssuingCertificates.Count + CrlDistributionPoints.Count + OcspServers.Count == 0;
}

/// <summary>What is left of the last tidying.</summary>
internal sealed record TidyStatus(bool Certificates, bool Revoked, TimeSpan SafetyBuffer, DateTimeOffset At, int Deleted, int RevokedDeleted);
