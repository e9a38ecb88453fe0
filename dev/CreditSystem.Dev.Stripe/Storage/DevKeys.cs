using System.Security.Cryptography;

namespace CreditSystem.Dev.Stripe.Storage;

/// <summary>The two secrets of this server. Nobody has to remember them: the bootstrap copies them from their files into Vault.</summary>
internal sealed record DevKeys(string SecretKey, string WebhookSecret)
{
    internal const string SecretKeyFile = "secret_key";
    internal const string WebhookSecretFile = "webhook_secret";

    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static DevKeys Create() => new($"sk_test_dev_{Random()}", $"whsec_dev_{Random()}");

    /// <summary>The same ones in every run on the same data: what Vault has been told stays right.</summary>
    public static DevKeys Keep(string directory)
    {
        Directory.CreateDirectory(directory);
        var made = Create();
        return new DevKeys(
            KeepOne(Path.Combine(directory, SecretKeyFile), made.SecretKey),
            KeepOne(Path.Combine(directory, WebhookSecretFile), made.WebhookSecret));
    }

    private static string KeepOne(string path, string made)
    {
        if (File.Exists(path) && File.ReadAllText(path).Trim() is { Length: > 0 } kept)
            return kept;
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        using var writer = new StreamWriter(path, options);
        writer.Write(made);
        return made;
    }

    private static string Random() => RandomNumberGenerator.GetString(Alphabet, 32);
}
