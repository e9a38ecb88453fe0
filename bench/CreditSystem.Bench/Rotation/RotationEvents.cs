namespace CreditSystem.Bench.Rotation;

/// <summary>Everything that can happen to a credential, one after the other, spread over the time that the load lasts.</summary>
internal static class RotationEvents
{
    public static async Task RunAllAsync(
        RotatedSystem system, RotationReport report, TimeSpan duration, CancellationToken cancellationToken)
    {
        (string Name, Func<Task> Happen)[] events =
        [
            ("secret_id rotated", () => system.RotateSecretIdAsync(cancellationToken)),
            ("MongoDB user's password changed", () => system.ChangeMongoPasswordAsync(cancellationToken)),
            ("Redis password changed", () => system.ChangeRedisPasswordAsync(cancellationToken)),
            ("JWT key rotated", () => system.RotateSigningKeyAsync(cancellationToken)),
            ("Vault token revoked", () => system.RevokeTokenAsync(cancellationToken)),
            ("certificate renewed twenty times", () => system.WaitForRenewalsAsync(20, cancellationToken)),
            ("authority of the certificates replaced, with overlap", () => system.RotateAuthorityAsync(cancellationToken)),
            // Four seconds do not outlive a sealed Vault; the hours of production do.
            ("certificates given a longer life", () => system.LengthenCertificatesAsync(cancellationToken)),
            ("Vault sealed", () => system.SealAsync(cancellationToken)),
            ("Vault unsealed", () => system.UnsealAsync(cancellationToken)),
            ("vault-proxy restarted", () => system.RestartProxyAsync(cancellationToken)),
            ("secret_id rotated again, the first one destroyed", () => system.RotateSecretIdAsync(cancellationToken)),
            ("degraded no more", () => system.WaitUntilHealthyAsync(cancellationToken)),
        ];
        var pause = duration / (events.Length + 2);
        foreach (var (name, happen) in events)
        {
            await Task.Delay(pause, system.Time, cancellationToken);
            await report.RunAsync(name, happen, cancellationToken);
        }
    }
}
