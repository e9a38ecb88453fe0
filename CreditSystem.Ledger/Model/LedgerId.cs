using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace CreditSystem.Ledger.Model;

/// <summary>Name-based identifiers (RFC 9562, UUIDv5): the same name gives the same id on every replica, always.</summary>
public static class LedgerId
{
    private static readonly Guid Transfers = new("6f1f6c52-9a3c-4d57-8a60-0d8f6f3b9a01");
    private static readonly Guid Accounts = new("6f1f6c52-9a3c-4d57-8a60-0d8f6f3b9a02");
    private static readonly Guid References = new("6f1f6c52-9a3c-4d57-8a60-0d8f6f3b9a03");
    private static readonly Guid Usage = new("6f1f6c52-9a3c-4d57-8a60-0d8f6f3b9a04");

    private static readonly Guid Lists = new("6f1f6c52-9a3c-4d57-8a60-0d8f6f3b9a05");
    private static readonly Guid IndexedKeys = new("6f1f6c52-9a3c-4d57-8a60-0d8f6f3b9a06");

    // No part may hold a NUL (validation refuses it), so it separates the parts unambiguously.
    private const char Separator = '\0';

    /// <summary>The id of the command that an Idempotency-Key names.</summary>
    public static Guid ForKey(string tenant, string principal, string key) =>
        Name(Transfers, string.Concat(tenant, "\0", principal, "\0" + key));

    public static Guid ForAccount(string tenant, string holder, string asset) =>
        Name(Accounts, string.Join(Separator, tenant, holder, asset));

    public static Guid ForSystemAccount(string tenant, SystemAccount account, string asset) =>
        Name(Accounts, string.Join(Separator, tenant, "", account.ToCode(), asset));

    /// <summary>What stands for a transfer's reference in the index of ids.</summary>
    public static Guid ForReference(string tenant, string reference) => Name(References, string.Join(Separator, tenant, reference));

    /// <summary>The same from the second version of the rules on: users and the tenant's programs do not share their references.</summary>
    /// <param name="holder">The user whose reference it is; null for the tenant's programs.</param>
    public static Guid ForReference(string tenant, string? holder, string reference) =>
        Name(References, string.Join(Separator, tenant, holder ?? "", Identifier.Normalize(reference)));

    /// <summary>What stands for the end of a grant on an account in the index of ids.</summary>
    public static Guid ForVoidedGrant(Guid grant, Guid account) => Derive(grant, $"voided on {account}", 0);

    /// <summary>The id of the grant that takes the place of an expired one in a reversal.</summary>
    public static Guid ForExtendedGrant(Guid reversal, int index) => Derive(reversal, "extended", index);

    public static Guid ForUsageEvent(string tenant, string eventId) => Name(Usage, string.Join(Separator, tenant, eventId));

    /// <summary>What a list of a tenant is stored under.</summary>
    public static Guid ForList(string tenant, params ReadOnlySpan<string> parts) =>
        Name(Lists, string.Join(Separator, [tenant, .. parts]));

    public static Guid ForIndexedKey(string tenant, string name) => Name(IndexedKeys, string.Join(Separator, tenant, name));

    /// <summary>An id that follows from another one: the item of a batch, the expiry of a lot.</summary>
    public static Guid Derive(Guid parent, string purpose, long number) => Name(parent, $"{purpose}/{number}");

    private static Guid Name(Guid space, string name)
    {
        var length = 16 + Encoding.UTF8.GetByteCount(name);
        byte[]? rented = null;
        var buffer = length <= 512 ? stackalloc byte[512] : rented = ArrayPool<byte>.Shared.Rent(length);
        space.TryWriteBytes(buffer, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(name, buffer[16..]);
        Span<byte> hash = stackalloc byte[20];
#pragma warning disable CA5350 // RFC 9562 defines version 5 by SHA-1; nothing secret depends on it.
        SHA1.HashData(buffer[..length], hash);
#pragma warning restore CA5350
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
