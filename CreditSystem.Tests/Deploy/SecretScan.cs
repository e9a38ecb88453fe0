using System.Text.RegularExpressions;

namespace CreditSystem.Tests.Deploy;

/// <summary>What a secret looks like in a committed or rendered file.</summary>
internal static partial class SecretScan
{
    /// <summary>Lines of a text that hold a secret, or something that looks like one.</summary>
    internal static IEnumerable<string> Findings(string text) => text.Split('\n').Where(line => Pattern().IsMatch(line)).Select(line => line.Trim());

    /// <summary>
    /// In this order: Vault and OpenBao tokens; a private key; a user and password in an address (not a placeholder);
    /// a role_id, secret_id or accessor as a UUID; a WireGuard key; a value given to a name that says secret.
    /// </summary>
    [GeneratedRegex("""
        \bhv[sbr]\.[A-Za-z0-9_-]{16,}
        | -----BEGIN\ [A-Z\ ]*PRIVATE\ KEY-----
        | ://[^/\s:@<{$]+:[^/\s@<{$%]+@
        | \b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b
        | (?<![A-Za-z0-9+/])[A-Za-z0-9+/]{43}=(?![A-Za-z0-9+/=])
        | (?i:password|secret_id|secret_key|token)["']?\s*[:=]\s*["']?(?![<${(\s"'])[A-Za-z0-9+/_-]{12,}
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Pattern();
}
