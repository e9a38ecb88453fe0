using System.Security.Cryptography;
using System.Text;
using CreditSystem.ServiceDefaults;

namespace CreditSystem.Secrets.Snapshot;

/// <summary>A file that is encrypted (AES-256-GCM), replaced as a whole, and readable by its owner alone.</summary>
/// <param name="path">Where it lies.</param>
/// <param name="options">Have the key, which must not lie beside it.</param>
/// <param name="format">What the file begins with; another format has another key.</param>
internal sealed class SealedFile(string path, SnapshotOptions options, byte[] format)
{
    private const int MinKeyBytes = 32;

    public bool Exists => File.Exists(path);

    public bool OthersCanReadIt => !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~PrivateFile.Mode) != 0;

    /// <summary>Whether an exception of reading or writing means that the file cannot be used.</summary>
    public static bool Covers(Exception exception) => exception is IOException or UnauthorizedAccessException or CryptographicException;

    public void Write(byte[] plain) =>
        PrivateFile.Replace(path, [.. format, .. AesGcmEnvelope.Seal(ReadKey(), plain, associatedData: format)]);

    /// <exception cref="CryptographicException">The file was changed, or is under another key.</exception>
    public byte[] Read()
    {
        var content = File.ReadAllBytes(path);
        return content.AsSpan().StartsWith(format)
            ? AesGcmEnvelope.Open(ReadKey(), content.AsSpan(format.Length), associatedData: format)
            : throw new CryptographicException();
    }

    private byte[] ReadKey()
    {
        var text = options.KeyFile is { } file ? File.ReadAllText(file).Trim() : options.Key!;
        var bytes = Encoding.UTF8.GetBytes(text);
        return bytes.Length >= MinKeyBytes
            ? HKDF.DeriveKey(HashAlgorithmName.SHA256, bytes, 32, info: format)
            : throw new CryptographicException("The key of the snapshot is too short.");
    }
}
