using System.Globalization;

namespace CreditSystem.Dev.Vault.Routing;

/// <summary>Standard base64 as Go reads it, which says at which byte it is illegal.</summary>
internal static class GoBase64
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    /// <param name="text">The text; line ends in it are skipped.</param>
    /// <param name="prefix">What the message begins with.</param>
    /// <exception cref="VaultFault">It is not base64.</exception>
    public static byte[] Decode(string text, string prefix = "")
    {
        var buffer = new byte[text.Length];
        if (IllegalByte(text) is not { } at && Convert.TryFromBase64String(text, buffer, out var length))
            return buffer[..length];
        throw VaultFault.BadRequest(string.Create(CultureInfo.InvariantCulture, $"{prefix}illegal base64 data at input byte {IllegalByte(text) ?? text.Length}"));
    }

    private static int? IllegalByte(string text)
    {
        var inQuantum = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '\r' or '\n')
                continue;
            if (text[i] == '=')
                return inQuantum is 2 or 3 && text[i..].Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal) == new string('=', 4 - inQuantum) ? null : i;
            if (!Alphabet.Contains(text[i]))
                return i;
            inQuantum = (inQuantum + 1) % 4;
        }

        return inQuantum == 0 ? null : text.Length - inQuantum;
    }
}
