using System.Net;
using System.Net.Sockets;

namespace CreditSystem.Api.RateLimiting;

/// <summary>
/// Where a request comes from: the other end of the connection, or what a known proxy says of it (see <c>Hardening</c>).
/// <c>X-Forwarded-For</c> is never read here: the original believed it, and so anybody could be anybody.
/// </summary>
internal static class ClientAddress
{
    private const int SiteBytes = 8;

    public static string Of(HttpContext context) => Format(context.Connection.RemoteIpAddress);

    /// <summary>What is counted: an IPv4 address, or the /64 that one IPv6 subscriber has all of.</summary>
    public static string BucketOf(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        if (address is not { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false })
            return Format(address);
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[SiteBytes..].Clear();
        return new IPAddress(bytes) + "/64";
    }

    private static string Format(IPAddress? address) =>
        address is null ? "unknown" : (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
}
