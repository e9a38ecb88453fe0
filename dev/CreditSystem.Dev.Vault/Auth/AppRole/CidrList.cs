using System.Net;

namespace CreditSystem.Dev.Vault.Auth.AppRole;

/// <summary>Networks to which a role or a secret_id is bound.</summary>
internal static class CidrList
{
    /// <exception cref="VaultFault">One of them is no network.</exception>
    public static IReadOnlyList<string>? Checked(IReadOnlyList<string>? cidrs)
    {
        if (cidrs?.FirstOrDefault(cidr => !cidr.Contains('/') || Network(cidr) is null) is { } wrong)
            throw Internal($"failed to validate CIDR blocks: invalid CIDR address: {wrong}");
        return cidrs;
    }

    /// <exception cref="VaultFault">Some address of the secret_id's is none of the role's.</exception>
    public static void RequireSubset(IReadOnlyList<string> ofRole, IReadOnlyList<string> ofSecretId)
    {
        if (ofRole.Count > 0 && !ofSecretId.All(cidr => ofRole.Any(outer => Contains(Network(outer), Network(cidr)))))
            throw Internal($"failed to verify subset relationship between CIDR blocks on the role [{Quoted(ofRole)}] and CIDR blocks on the secret ID [{Quoted(ofSecretId)}]: %!w(<nil>)");
    }

    private static bool Contains(IPNetwork? outer, IPNetwork? inner) =>
        outer is { } o && inner is { } i && o.PrefixLength <= i.PrefixLength && o.BaseAddress.AddressFamily == i.BaseAddress.AddressFamily && o.Contains(i.BaseAddress);

    /// <summary>Bits of the address behind the mask are allowed.</summary>
    private static IPNetwork? Network(string cidr)
    {
        var parts = cidr.Split('/');
        if (parts.Length != 2 || !IPAddress.TryParse(parts[0], out var address) || !byte.TryParse(parts[1], out var length) || length > address.GetAddressBytes().Length * 8)
            return null;
        var bytes = address.GetAddressBytes();
        for (var bit = (int)length; bit < bytes.Length * 8; bit++)
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new IPNetwork(new IPAddress(bytes), length);
    }

    private static string Quoted(IEnumerable<string> cidrs) => string.Join(' ', cidrs.Select(cidr => $"\"{cidr}\""));

    private static VaultFault Internal(string reason) => new(StatusCodes.Status500InternalServerError, $"1 error occurred:\n\t* {reason}\n\n");
}
