using CreditSystem.VaultProxy.Telemetry;
using Microsoft.AspNetCore.Connections.Features;

namespace CreditSystem.VaultProxy;

/// <summary>Who asks: the token's HMAC and the address of the connection, never what a header claims the address to be.</summary>
internal readonly record struct VaultCaller(TokenId Token, string Address)
{
    private const string BearerPrefix = "Bearer ";
    private static readonly object AddressKey = new();

    public static VaultCaller Read(HttpContext context)
    {
        var headers = context.Request.Headers;
        var token = headers[VaultHeaders.Token].ToString().AsSpan();
        if (token.IsEmpty && headers.Authorization.ToString() is var authorization && authorization.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase))
            token = authorization.AsSpan(BearerPrefix.Length);
        return new VaultCaller(token.IsEmpty ? TokenId.None : TokenId.From(token), ReadAddress(context));
    }

    private static string ReadAddress(HttpContext context)
    {
        if (context.Features.Get<IConnectionItemsFeature>()?.Items is not { } items)
            return Format(context);
        if (items.TryGetValue(AddressKey, out var known))
            return (string)known!;
        var address = Format(context);
        items[AddressKey] = address;
        return address;
    }

    private static string Format(HttpContext context) => context.Connection.RemoteIpAddress?.ToString() ?? "unknown";
}
