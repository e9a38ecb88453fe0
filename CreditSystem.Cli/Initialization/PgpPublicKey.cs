namespace CreditSystem.Cli.Initialization;

/// <summary>A public key of OpenPGP in the form that Vault takes: its packets in base64. It is Vault that reads and uses it.</summary>
internal static class PgpPublicKey
{
    private const string Begin = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
    private const string End = "-----END PGP PUBLIC KEY BLOCK-----";

    /// <param name="path">As <c>gpg --export</c> writes it, with <c>--armor</c> (RFC 9580, section 6.2) or without.</param>
    /// <exception cref="CommandUsageException">It cannot be read, or is something else.</exception>
    public static string Read(string path)
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandUsageException($"--pgp-key: {path} cannot be read: {exception.Message}", exception);
        }

        var text = System.Text.Encoding.Latin1.GetString(content);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        var packets = begin >= 0 && end > begin ? Unarmored(text[(begin + Begin.Length)..end]) : content;
        // Packet type 6, a public key, in the new format or the old.
        return packets is [var first, ..] && (first == 0xC6 || (first & 0xFC) == 0x98)
            ? Convert.ToBase64String(packets)
            : throw new CommandUsageException($"--pgp-key: {path} is no public key of OpenPGP (gpg --export).");
    }

    /// <summary>Headers end with an empty line; the checksum, which Vault has no use for, is a line of its own.</summary>
    private static byte[]? Unarmored(string block)
    {
        var lines = block.Split('\n').Select(line => line.Trim()).ToList();
        var body = lines.Skip(lines.FindIndex(1, line => line.Length == 0) + 1).Where(line => !line.StartsWith('='));
        try
        {
            return Convert.FromBase64String(string.Concat(body));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
