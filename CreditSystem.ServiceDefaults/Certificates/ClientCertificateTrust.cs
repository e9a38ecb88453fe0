using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace CreditSystem.ServiceDefaults.Certificates;

/// <summary>Whose certificate a request has come with, where HTTPS asks for one without requiring it.</summary>
public static class ClientCertificateTrust
{
    private static readonly object Key = new();

    /// <summary>
    /// Whether the connection's client has shown a certificate of an authority that is trusted now. One that is not trusted does not end
    /// the handshake: who holds one that has ended, or whose authority is gone, could not get another.
    /// </summary>
    public static bool HasTrustedClient(this HttpContext context, CertificateFolder folder, TimeProvider time)
    {
        if (folder.Current is not { } set || context.Connection.ClientCertificate is not { } certificate
            || certificate.NotAfter.ToUniversalTime() < time.GetUtcNow())
            return false;
        // A chain is built once for a connection and a set of authorities.
        var items = context.Features.Get<IConnectionItemsFeature>()?.Items;
        if (items is not null && items.TryGetValue(Key, out var known) && known is (CertificateSet of, bool isTrusted) && of == set)
            return isTrusted;
        var trusts = set.Trust.Trusts(certificate);
        if (items is not null)
            items[Key] = (set, trusts);
        return trusts;
    }
}
