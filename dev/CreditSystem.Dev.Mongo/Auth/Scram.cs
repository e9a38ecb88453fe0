using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CreditSystem.Dev.Mongo.Auth;

/// <summary>What the server keeps of a password (RFC 5802, SCRAM-SHA-256 by RFC 7677): neither the password nor anything that can stand in for it.</summary>
internal sealed record ScramCredential(byte[] Salt, int Iterations, byte[] StoredKey, byte[] ServerKey)
{
    // The least that drivers accept; PostgreSQL's default, too.
    private const int DefaultIterations = 4096;

    public static ScramCredential Create(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(28);
        var salted = Rfc2898DeriveBytes.Pbkdf2(password.Normalize(NormalizationForm.FormKC), salt, DefaultIterations, HashAlgorithmName.SHA256, 32);
        return new ScramCredential(salt, DefaultIterations, SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8)), HMACSHA256.HashData(salted, "Server Key"u8));
    }
}

/// <summary>The server's side of one SCRAM-SHA-256 conversation.</summary>
internal sealed class ScramConversation
{
    private readonly ScramCredential _credential;
    private readonly bool _exists;
    private readonly string _nonce;
    private readonly string _firstBare;

    private ScramConversation(string userId, ScramCredential credential, bool exists, string nonce, string firstBare)
    {
        UserId = userId;
        _credential = credential;
        _exists = exists;
        _nonce = nonce;
        _firstBare = firstBare;
    }

    public string UserId { get; }

    public string ServerFirst => $"r={_nonce},s={Convert.ToBase64String(_credential.Salt)},i={_credential.Iterations.ToString(CultureInfo.InvariantCulture)}";

    public static ScramConversation Start(string clientFirst, string database, UserStore users)
    {
        if (!clientFirst.StartsWith("n,", StringComparison.Ordinal) || clientFirst.Split(',', 3) is not [_, _, var bare])
            throw Failed();
        var name = Attribute(bare, "n=").Replace("=2C", ",", StringComparison.Ordinal).Replace("=3D", "=", StringComparison.Ordinal);
        var nonce = Attribute(bare, "r=") + Convert.ToBase64String(RandomNumberGenerator.GetBytes(24));
        var userId = UserStore.Id(database, name);
        // An unknown user gets the same conversation as a known one, and fails where a wrong password fails.
        return users.Find(userId) is { } user
            ? new ScramConversation(userId, user.Credential, exists: true, nonce, bare)
            : new ScramConversation(userId, users.DecoyFor(userId), exists: false, nonce, bare);
    }

    /// <summary>The server's final message.</summary>
    public string Finish(string clientFinal)
    {
        var withoutProof = clientFinal[..Math.Max(0, clientFinal.LastIndexOf(",p=", StringComparison.Ordinal))];
        if (withoutProof.Length == 0 || Attribute(withoutProof, "r=") != _nonce || Attribute(withoutProof, "c=") != "biws")
            throw Failed();
        var message = Encoding.UTF8.GetBytes($"{_firstBare},{ServerFirst},{withoutProof}");
        var proof = new byte[32];
        if (!Convert.TryFromBase64String(clientFinal[(withoutProof.Length + 3)..], proof, out var written) || written != 32)
            throw Failed();
        var signature = HMACSHA256.HashData(_credential.StoredKey, message);
        for (var i = 0; i < proof.Length; i++)
            proof[i] ^= signature[i];
        if (!CryptographicOperations.FixedTimeEquals(SHA256.HashData(proof), _credential.StoredKey) || !_exists)
            throw Failed();
        return $"v={Convert.ToBase64String(HMACSHA256.HashData(_credential.ServerKey, message))}";
    }

    public static CommandFailure Failed() => new(ErrorCode.AuthenticationFailed, "Authentication failed.");

    private static string Attribute(string message, string prefix) =>
        message.Split(',').FirstOrDefault(part => part.StartsWith(prefix, StringComparison.Ordinal))?[prefix.Length..] ?? throw Failed();
}
