using Microsoft.Extensions.Hosting;

namespace CreditSystem.ServiceDefaults.Certificates;

/// <summary>Looks at the folder again and again: a mounted Secret may change without a sign on some file systems.</summary>
internal sealed class CertificateWatch(CertificateFolder folder, CertificateOptions options, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.PollInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            folder.Refresh();
    }
}
