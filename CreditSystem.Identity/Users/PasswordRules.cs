using System.Collections.Frozen;

namespace CreditSystem.Identity.Users;

/// <summary>What a password must be (NIST SP 800-63B, section 5.1.1.2): long enough and not one that everybody tries first.</summary>
public static class PasswordRules
{
    public const int MinLength = 8;

    /// <summary>Hashing takes time that grows with the length.</summary>
    public const int MaxLength = 128;

    private static readonly FrozenSet<string> Common = Load();

    /// <returns>Null, or what is wrong.</returns>
    public static string? Check(string? password, params ReadOnlySpan<string?> context)
    {
        if (password is null || password.Length is < MinLength or > MaxLength)
            return $"password must have {MinLength} to {MaxLength} characters.";
        var folded = password.ToLowerInvariant();
        if (Common.Contains(folded) || Common.Contains(folded.TrimEnd("0123456789!?.*".ToCharArray())) || folded.Distinct().Count() < 4)
            return "The password is too common.";
        foreach (var word in context)
            if (word is { Length: >= 4 } && folded.Contains(word.ToLowerInvariant(), StringComparison.Ordinal))
                return "password must not contain the username, the e-mail address or the tenant.";
        return null;
    }

    private static FrozenSet<string> Load()
    {
        using var stream = typeof(PasswordRules).Assembly.GetManifestResourceStream("common-passwords.txt")
            ?? throw new InvalidOperationException("The list of common passwords is not in the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split(
            '\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToFrozenSet(StringComparer.Ordinal);
    }
}
