using System.Text.RegularExpressions;
using CreditSystem.Secrets.Sources;

namespace CreditSystem.Secrets;

/// <summary>
/// What <c>GetDebugView()</c> shows without its values: .NET's own prints every one of them, from Vault as from the
/// environment, and is therefore a banned symbol here.
/// </summary>
internal static partial class RedactedDebugView
{
    public const string Redacted = "***";

    /// <summary>
    /// Every key with the provider that it comes from. A value is shown where neither its source nor its name is that of a secret.
    /// </summary>
    public static string GetRedactedDebugView(this IConfigurationRoot configuration) => configuration.GetDebugView(Show);

    private static string Show(ConfigurationDebugViewContext context) =>
        context.ConfigurationProvider is SecretsConfigurationProvider || SecretKeys.OfName(context.Path) is not null
            || Suspicious().IsMatch(context.Path)
            ? Redacted
            : context.Value ?? "";

    [GeneratedRegex("pass|pwd|secret|token|key|credential|connection|role_?id|uri|url|headers", RegexOptions.IgnoreCase)]
    private static partial Regex Suspicious();
}
