namespace CreditSystem.Cli.Vault;

/// <summary>
/// Names of mounts, prefixes and roles as people write them: with slashes around them, or with the part that Vault's own command line
/// puts in front.
/// </summary>
internal static class MountName
{
    /// <param name="text">As it was given.</param>
    /// <param name="option">By which option.</param>
    /// <param name="optional">What may stand in front of it, and is left out.</param>
    /// <exception cref="CommandUsageException">It cannot be a part of a path.</exception>
    public static string Read(string text, string option, string optional = "")
    {
        var name = text.Trim('/');
        if (optional.Length > 0 && $"{name}/".StartsWith(optional, StringComparison.Ordinal))
            name = name.Length < optional.Length ? "" : name[optional.Length..].Trim('/');
        return name.Length > 0
            && name.Split('/').All(part => part is not ("" or "." or "..")
            && part.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.'))
            ? name
            : throw new CommandUsageException(
                $"{option}: '{text}' is no name in Vault: letters, digits, '-', '_' and '.', parts divided by '/'.");
    }

    /// <summary>A name of one part.</summary>
    public static string ReadSingle(string text, string option) =>
        Read(text, option) is var name && !name.Contains('/', StringComparison.Ordinal)
            ? name
            : throw new CommandUsageException($"{option}: '{text}' has a '/' in it.");
}
