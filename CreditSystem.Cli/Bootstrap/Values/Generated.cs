using System.Security.Cryptography;

namespace CreditSystem.Cli.Bootstrap.Values;

/// <summary>Values that nobody has to remember. Letters and digits only: they go into connection strings as they are.</summary>
internal static class Generated
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>190 bits.</summary>
    public static string Password() => RandomNumberGenerator.GetString(Alphabet, 32);

    /// <summary>381 bits: a key of HS256 is to be at least as long as its hash (RFC 7518, section 3.2).</summary>
    public static string Key() => RandomNumberGenerator.GetString(Alphabet, 64);
}
