using System.Diagnostics;

namespace CreditSystem.Secrets;

/// <summary>
/// Spans around what is asked of Vault in the background, so that its calls do not stand alone. No tag ever carries a value.
/// </summary>
internal static class SecretsTracing
{
    private static readonly ActivitySource Source = new(SecretsMetrics.MeterName);

    public static Activity? Refresh() => Source.StartActivity("vault.secrets.refresh");

    public static Activity? Login() => Source.StartActivity("vault.login");

    public static Activity? Renew() => Source.StartActivity("vault.token.renew");
}
