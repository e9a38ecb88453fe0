using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using CreditSystem.ServiceDefaults.Certificates;
using Microsoft.AspNetCore.Http.Features;

namespace CreditSystem.VaultProxy.Logins;

/// <summary>
/// How replicas know each other where clients show certificates: by the name in their own. Addresses say nothing, as a headless Service
/// names pods, and every other part of the system has a certificate of the same authorities.
/// </summary>
internal sealed class PeerCertificates(TimeProvider time, CertificateFolder? folder = null)
{
    /// <summary>Whether this is what a replica asks another, by a connection on which it has shown that it is one.</summary>
    public bool IsPeer(HttpContext context) => folder is not null && IsQuestion(context) && context.HasTrustedClient(folder, time)
        && IsOfOurName(context.Connection.ClientCertificate);

    public void Configure(SslClientAuthenticationOptions ssl)
    {
        if (folder is null)
            return;
        ssl.LocalCertificateSelectionCallback = (_, _, _, _, _) => folder.Current?.Certificate!;
        ssl.RemoteCertificateValidationCallback = (_, certificate, chain, _) => certificate is X509Certificate2 remote
            && folder.Current?.Trust.Trusts(remote, chain) == true
            && IsOfOurName(remote);
    }

    private static bool IsQuestion(HttpContext context) =>
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0] == LoginPeers.Path;

    private bool IsOfOurName(X509Certificate2? certificate) =>
        certificate is not null && folder!.Current is { } own
        && NameOf(certificate) is { Length: > 0 } name && name == NameOf(own.Certificate);

    private static string NameOf(X509Certificate2 certificate) => certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
}
