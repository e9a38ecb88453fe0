using System.Net;
using System.Net.Sockets;
using System.Reflection;

namespace CreditSystem.Api.RateLimiting;

/// <summary>
/// Where a request comes from: the other end of the connection, or what a known proxy says of it (see <c>Hardening</c>).
/// <c>X-Forwarded-For</c> is never read here: the original believed it, and so anybody could be anybody.
/// </summary>
internal sealed record ClientAddress(IPAddress? Address) : IBindableFromHttpContext<ClientAddress>
{
    private const int SiteBytes = 8;

    public string Text => Address is null ? "unknown" : (Address.IsIPv4MappedToIPv6 ? Address.MapToIPv4() : Address).ToString();

    /// <summary>What is counted: an IPv4 address, or the /64 that one IPv6 subscriber has all of.</summary>
    public string Bucket
    {
        get
        {
            if (Address is not { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false })
                return Text;
            Span<byte> bytes = stackalloc byte[16];
            Address.TryWriteBytes(bytes, out _);
            bytes[SiteBytes..].Clear();
            return new IPAddress(bytes) + "/64";
        }
    }

    public static ClientAddress From(HttpContext context) => new(context.Connection.RemoteIpAddress);

    public static ValueTask<ClientAddress?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<ClientAddress?>(From(context));
}
