using CreditSystem.Secrets.Vault;
using CreditSystem.ServiceDefaults;
using CreditSystem.ServiceDefaults.Certificates;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CreditSystem.Secrets.Pki;

public static class PkiExtensions
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Fills the folder of certificates from Vault's PKI, where <c>Vault:Pki:Role</c> names a role. Returns with a certificate in it that
    /// has not ended; without one when Vault gives none, and then HTTPS answers nobody until it does.
    /// </summary>
    /// <param name="builder">After its secrets have been added.</param>
    /// <param name="secrets">Of them.</param>
    /// <param name="folder">Null where the service has no certificates.</param>
    public static async Task AddPkiAsync(this IHostApplicationBuilder builder, SecretsGraph secrets, CertificateFolder? folder)
    {
        var options = builder.Configuration.GetSection($"{VaultOptions.SectionName}:Pki").Get<PkiOptions>() ?? new PkiOptions();
        if (folder is null || string.IsNullOrEmpty(options.Role))
            return;
        builder.Services.TryAddSingleton<HealthReasons>();
        var renewal = new CertificateRenewal(options, folder, secrets.Session, TimeProvider.System, secrets.Logger);
        using var limit = new CancellationTokenSource(StartTimeout);
        try
        {
            while (folder.Current is not { } set || CertificateLife.ShareOf(set, TimeProvider.System.GetUtcNow()) >= 1)
                await Task.Delay(await renewal.StepAsync(limit.Token), limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            // It goes on in the background.
        }

        builder.Services.AddHostedService(services =>
        {
            renewal.Reasons = services.GetRequiredService<HealthReasons>();
            return renewal;
        });
    }
}
