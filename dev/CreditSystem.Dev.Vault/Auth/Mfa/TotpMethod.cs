using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace CreditSystem.Dev.Vault.Auth.Mfa;

/// <summary>A TOTP method of login MFA, as it was configured.</summary>
internal sealed record TotpMethod
{
    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public required string Id { get; init; }

    public string Name { get; init; } = "";

    public required string Issuer { get; init; }

    public string Algorithm { get; init; } = "SHA1";

    public int Digits { get; init; } = 6;

    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(30);

    public int KeySize { get; init; } = 20;

    public int QrSize { get; init; } = 200;

    /// <summary>How many periods before and after the present one are accepted.</summary>
    public int Skew { get; init; } = 1;

    public int MaxValidationAttempts { get; init; } = 5;

    /// <summary>Whether it is one of those that are good at this moment (RFC 6238).</summary>
    public bool Accepts(byte[] secret, string passcode, DateTimeOffset now)
    {
        var step = now.ToUnixTimeSeconds() / (long)Period.TotalSeconds;
        return Enumerable.Range(-Skew, (2 * Skew) + 1).Any(offset => Passcode(secret, step + offset) == passcode);
    }

    public string Url(string entityId, byte[] secret) =>
        $"otpauth://totp/{Issuer}:{entityId}?algorithm={Algorithm}&digits={Digits}&issuer={Issuer}&period={(int)Period.TotalSeconds}&secret={Encode(secret)}";

    public JsonObject Describe() => new()
    {
        ["algorithm"] = Algorithm,
        ["digits"] = Digits,
        ["id"] = Id,
        ["issuer"] = Issuer,
        ["key_size"] = KeySize,
        ["max_validation_attempts"] = MaxValidationAttempts,
        ["name"] = Name,
        ["namespace_id"] = "root",
        ["namespace_path"] = "",
        ["period"] = VaultJson.Seconds(Period),
        ["qr_size"] = QrSize,
        ["skew"] = Skew,
        ["type"] = "totp",
    };

    private string Passcode(byte[] secret, long step)
    {
        var counter = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
#pragma warning disable CA5350 // SHA1 is RFC 6238's default, and what most authenticators know.
        var mac = Algorithm switch
        {
            "SHA256" => HMACSHA256.HashData(secret, counter),
            "SHA512" => HMACSHA512.HashData(secret, counter),
            _ => HMACSHA1.HashData(secret, counter),
        };
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(mac.AsSpan(mac[^1] & 0xf, 4)) & 0x7fffffff;
        return (number % (int)Math.Pow(10, Digits)).ToString(new string('0', Digits), CultureInfo.InvariantCulture);
    }

    private static string Encode(byte[] secret)
    {
        var text = new StringBuilder();
        var (bits, count) = (0, 0);
        foreach (var octet in secret)
        {
            (bits, count) = ((bits << 8) | octet, count + 8);
            for (; count >= 5; count -= 5)
                text.Append(Base32[(bits >> (count - 5)) & 31]);
            bits &= (1 << count) - 1;
        }

        return count == 0 ? text.ToString() : text.Append(Base32[(bits << (5 - count)) & 31]).ToString();
    }
}

/// <summary>Whose logins need which methods: one of them for each enforcement.</summary>
internal sealed record LoginEnforcement
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public IReadOnlyList<string> MethodIds { get; init; } = [];

    public IReadOnlyList<string> MountAccessors { get; init; } = [];

    public IReadOnlyList<string> MountTypes { get; init; } = [];

    public IReadOnlyList<string> EntityIds { get; init; } = [];

    public IReadOnlyList<string> GroupIds { get; init; } = [];

    public bool Covers(string mountAccessor, string mountType, string entityId) =>
        MountAccessors.Contains(mountAccessor) || MountTypes.Contains(mountType) || EntityIds.Contains(entityId);

    public JsonObject Describe() => new()
    {
        ["auth_method_accessors"] = VaultJson.Names(MountAccessors),
        ["auth_method_types"] = VaultJson.Names(MountTypes),
        ["id"] = Id,
        ["identity_entity_ids"] = VaultJson.Names(EntityIds),
        ["identity_group_ids"] = VaultJson.Names(GroupIds),
        ["mfa_method_ids"] = VaultJson.Names(MethodIds),
        ["name"] = Name,
        ["namespace_id"] = "root",
        ["namespace_path"] = "",
    };
}
