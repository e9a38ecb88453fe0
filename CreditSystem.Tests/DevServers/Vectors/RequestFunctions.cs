using System.Text.RegularExpressions;
using OtpNet;

namespace CreditSystem.Tests.DevServers.Vectors;

/// <summary>What a recorded request computes of captured values: <c>${totp:name}</c>, <c>${again:name}</c>, <c>${dashes:name}</c>.</summary>
internal sealed partial class RequestFunctions(IReadOnlyDictionary<string, string> captured, Func<DateTimeOffset> now)
{
    private readonly Dictionary<string, string> _passcodes = [];

    public string Apply(string text) => Function().Replace(text, match => (match.Groups[1].Value, match.Groups[2].Value) switch
    {
        ("dashes", var name) => captured[name].Replace(':', '-'),
        ("totp", var name) => _passcodes[name] = Passcode(captured[name]),
        (_, var name) => _passcodes[name],
    });

    private string Passcode(string url)
    {
        var fields = new Uri(url).Query[1..].Split('&').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        return new Totp(Base32Encoding.ToBytes(fields["secret"]), int.Parse(fields["period"]), Enum.Parse<OtpHashMode>(fields["algorithm"], ignoreCase: true), int.Parse(fields["digits"]))
            .ComputeTotp(now().UtcDateTime);
    }

    [GeneratedRegex(@"\$\{(dashes|totp|again):([a-z0-9_]+)\}", RegexOptions.IgnoreCase)]
    private static partial Regex Function();
}
