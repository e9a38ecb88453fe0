using System.Security.Cryptography;
using System.Text;
using CreditSystem.Dev.Vault.Storage;

namespace CreditSystem.Dev.Vault.Sys;

/// <summary>
/// Whether the server is initialised and unsealed, and the shares of its key. A development server starts with one share that it
/// knows and unsealed, as <c>vault server -dev</c> does; another starts uninitialised, and keeps of its key only a hash.
/// </summary>
internal sealed class SealState
{
    private const string KeyName = "seal/key";
    private const int MinKeyBytes = 16;
    private const int MaxKeyBytes = 33;

    private readonly Lock _lock = new();
    private readonly VaultStorage _storage;
    private readonly VaultClock _clock;
    private readonly List<byte[]> _given = [];
    private bool _isSealed;
    private long _index;

    internal sealed record Configuration(int Shares, int Threshold, string KeyHash);

    internal sealed record KeyRing(int Term, DateTimeOffset InstalledAt);

    public SealState(VaultStorage storage, VaultClock clock, bool startsUninitialized)
    {
        (_storage, _clock, HasIndex) = (storage, clock, startsUninitialized);
        if (storage.Get<string>("cluster/id") is not { } id)
            storage.Put("cluster/id", id = Guid.NewGuid().ToString());
        ClusterId = id;
        if (!startsUninitialized && UnsealKey is null)
            storage.Put(KeyName, Convert.ToBase64String(Initialize(1, 1)[0]));
        else if (Current is null && UnsealKey is { } key)
            storage.Put("seal/configuration", new Configuration(1, 1, Hash(Convert.FromBase64String(key))));
        _isSealed = startsUninitialized;
    }

    public bool IsInitialized => Current is not null;

    public bool IsSealed => _isSealed || !IsInitialized;

    /// <summary>Whether it answers requests.</summary>
    public bool IsReady => !IsSealed;

    /// <summary>The only share of a development server, base64; null where the server does not know its shares.</summary>
    public string? UnsealKey => _storage.Get<string>(KeyName);

    public string ClusterId { get; }

    public DateTimeOffset UnsealedAt { get; private set; }

    /// <summary>Whether answers say which state of the storage they have seen, as with several nodes.</summary>
    public bool HasIndex { get; }

    public int Shares => Current?.Shares ?? 0;

    public int Threshold => Current?.Threshold ?? 0;

    public int Progress => _given.Count;

    public string Nonce { get; private set; } = "";

    public KeyRing Ring => _storage.Get<KeyRing>("seal/ring") ?? new KeyRing(1, _clock.GetUtcNow());

    private Configuration? Current => _storage.Get<Configuration>("seal/configuration");

    public string NextIndex() => Convert.ToBase64String(BitConverter.GetBytes(Interlocked.Increment(ref _index)));

    public void RotateRing() => _storage.Put("seal/ring", new KeyRing(Ring.Term + 1, _clock.GetUtcNow()));

    /// <summary>A new key, in shares; an earlier one is worthless.</summary>
    public IReadOnlyList<byte[]> Initialize(int shares, int threshold)
    {
        var key = RandomNumberGenerator.GetBytes(32);
        _storage.Put("seal/configuration", new Configuration(shares, threshold, Hash(key)));
        if (!_storage.Contains("seal/ring"))
            _storage.Put("seal/ring", new KeyRing(1, _clock.GetUtcNow()));
        return shares == 1 ? [key] : Shamir.Split(key, shares, threshold);
    }

    /// <summary>The same for a development server, which goes on knowing its share.</summary>
    public IReadOnlyList<byte[]> Rekey(int shares, int threshold)
    {
        var created = Initialize(shares, threshold);
        if (UnsealKey is not null)
            _storage.Put(KeyName, Convert.ToBase64String(created[0]));
        return created;
    }

    public void Seal()
    {
        lock (_lock)
            (_isSealed, Nonce) = (true, "");
    }

    public void Unseal()
    {
        lock (_lock)
        {
            _given.Clear();
            (_isSealed, Nonce, UnsealedAt) = (false, "", _clock.GetUtcNow());
        }
    }

    public void ResetProgress()
    {
        lock (_lock)
        {
            _given.Clear();
            Nonce = "";
        }
    }

    /// <summary>One share more; the last that is needed unseals.</summary>
    /// <exception cref="VaultFault">It is no share, or the shares are not the key's.</exception>
    public void Unseal(string text)
    {
        var share = DecodeShare(text);
        lock (_lock)
        {
            if (!_given.Any(given => given.AsSpan().SequenceEqual(share)))
                _given.Add(share);
            Nonce = Guid.NewGuid().ToString();
            if (_given.Count < Threshold)
                return;
            var isKey = IsKey(_given);
            _given.Clear();
            Nonce = "";
            if (!isKey)
                throw VaultFault.BadRequest("unable to retrieve stored keys: invalid key: failed to decrypt keys from storage: cipher: message authentication failed");
        }

        Unseal();
    }

    /// <summary>Whether these shares, as many as are needed, are those of the key.</summary>
    public bool IsKey(IReadOnlyList<byte[]> shares)
    {
        var key = Threshold == 1 ? shares[0] : shares.All(share => share.Length == shares[0].Length) ? Shamir.Combine(shares) : [];
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Hash(key)), Encoding.ASCII.GetBytes(Current!.KeyHash));
    }

    /// <exception cref="VaultFault">It is neither hex nor base64, or of a length that no share has.</exception>
    public static byte[] DecodeShare(string text)
    {
        var bytes = Decode(text) ?? throw VaultFault.BadRequest("'key' must be a valid hex or base64 string");
        if (bytes.Length < MinKeyBytes)
            throw VaultFault.BadRequest($"invalid key: key is shorter than minimum {MinKeyBytes} bytes");
        return bytes.Length <= MaxKeyBytes ? bytes : throw VaultFault.BadRequest($"invalid key: key is longer than maximum {MaxKeyBytes} bytes");
    }

    private static byte[]? Decode(string text)
    {
        if (text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit))
            return Convert.FromHexString(text);
        var buffer = new byte[text.Length];
        return Convert.TryFromBase64String(text, buffer, out var length) ? buffer[..length] : null;
    }

    private static string Hash(byte[] key) => Convert.ToHexStringLower(SHA256.HashData(key));
}
