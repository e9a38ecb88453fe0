using System.Globalization;
using OtpNet;

namespace CreditSystem.Secrets.Vault.Mfa;

/// <summary>
/// A secret of which passcodes are made (RFC 6238), as an <c>otpauth://totp/</c> URL describes it. Its text holds none of it.
/// </summary>
public sealed class TotpSeed
{
    private static readonly Dictionary<string, OtpHashMode> Algorithms = new(StringComparer.OrdinalIgnoreCase)
    {
        ["SHA1"] = OtpHashMode.Sha1,
        ["SHA256"] = OtpHashMode.Sha256,
        ["SHA512"] = OtpHashMode.Sha512,
    };

    private readonly Totp _totp;

    private TotpSeed(string? label, byte[] secret, int periodSeconds, OtpHashMode algorithm, int digits)
    {
        (Label, Period) = (label, TimeSpan.FromSeconds(periodSeconds));
        _totp = new Totp(secret, periodSeconds, algorithm, digits);
    }

    /// <summary>The method, by id or name, that it is meant for; null for any.</summary>
    public string? Label { get; }

    /// <summary>How long one passcode lives. Each is good for one login.</summary>
    public TimeSpan Period { get; }

    /// <param name="line"><c>[METHOD ]otpauth://totp/…?secret=…</c>, or the secret alone in base32.</param>
    /// <exception cref="FormatException">It is neither; the message does not repeat it.</exception>
    public static TotpSeed Parse(string line)
    {
        var parts = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var (label, text) = parts switch
        {
            [var alone] => ((string?)null, alone),
            [var method, var rest] => (method, rest),
            _ => throw new FormatException("more than a method and a seed"),
        };
        return text.StartsWith("otpauth://", StringComparison.OrdinalIgnoreCase)
            ? ParseUrl(label, text)
            : new TotpSeed(label, Secret(text), 30, OtpHashMode.Sha1, 6);
    }

    public string PasscodeAt(DateTimeOffset now) => _totp.ComputeTotp(now.UtcDateTime);

    /// <summary>The number of the period; two passcodes of the same one are the same.</summary>
    public long StepAt(DateTimeOffset now) => now.ToUnixTimeSeconds() / (long)Period.TotalSeconds;

    public override string ToString() => nameof(TotpSeed);

    private static TotpSeed ParseUrl(string? label, string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || !url.Host.Equals("totp", StringComparison.OrdinalIgnoreCase))
            throw new FormatException("an otpauth URL that is not of type totp");
        var fields = url.Query.TrimStart('?').Split('&').Select(pair => pair.Split('=', 2)).Where(pair => pair.Length == 2)
            .ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[1]), StringComparer.OrdinalIgnoreCase);
        var algorithm = fields.GetValueOrDefault("algorithm") ?? "SHA1";
        return new TotpSeed(
            label,
            Secret(fields.GetValueOrDefault("secret") ?? throw new FormatException("an otpauth URL without a secret")),
            Number(fields, "period", 30, least: 1, most: 3600),
            Algorithms.TryGetValue(algorithm, out var known)
                ? known
                : throw new FormatException("an algorithm other than SHA1, SHA256, SHA512"),
            Number(fields, "digits", 6, least: 6, most: 8));
    }

    private static int Number(Dictionary<string, string> fields, string name, int byDefault, int least, int most)
    {
        if (!fields.TryGetValue(name, out var text))
            return byDefault;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FormatException($"{name} outside of {least} to {most}");
    }

    private static byte[] Secret(string base32)
    {
        try
        {
            return Base32Encoding.ToBytes(base32.TrimEnd('=').ToUpperInvariant()) is { Length: >= 10 } secret
                ? secret
                : throw new FormatException("a secret of less than 80 bits");
        }
        catch (ArgumentException)
        {
            throw new FormatException("neither an otpauth:// URL nor base32");
        }
    }
}
