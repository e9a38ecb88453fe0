using CreditSystem.Ledger.Orleans;
using CreditSystem.Secrets;
using CreditSystem.Secrets.Pki;
using CreditSystem.ServiceDefaults.Certificates;

namespace CreditSystem.Api.Hardening;

internal static class TlsExtensions
{
    /// <summary>
    /// One certificate for all that the API speaks TLS to: HTTPS, the vault-proxy, MongoDB, and the other replicas. Nothing where
    /// <c>Certificates:Directory</c> is not set.
    /// </summary>
    public static async Task AddTlsAsync(this WebApplicationBuilder builder, SecretsGraph secrets)
    {
        if (builder.AddCertificates(builder.WebHost, secrets.Logger) is not { } folder)
            return;
        secrets.Clients.UseCertificates(folder);
        await builder.AddPkiAsync(secrets, folder);
        builder.Services.AddSingleton(new ClusterCertificates(
            () => folder.Required.Certificate, certificate => folder.Current?.Trust.Trusts(certificate) == true));
    }

    /// <summary>For a command beside the service: the certificate that the service has, and none of its own.</summary>
    public static Task UseTlsAsync(this WebApplicationBuilder builder, SecretsGraph secrets)
    {
        if (builder.AddCertificates(builder.WebHost, secrets.Logger) is { } folder)
            secrets.Clients.UseCertificates(folder);
        return Task.CompletedTask;
    }
}
