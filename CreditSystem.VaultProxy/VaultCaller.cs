using CreditSystem.VaultProxy.Telemetry;
using Microsoft.AspNetCore.Connections.Features;

namespace CreditSystem.VaultProxy;

/// <summary>Who asks: the token's HMAC and the address of the connection, never what a header claims the address to be.</summary>
internal readonly record struct VaultCaller(TokenId Token, string Address)
{
    private const string BearerPrefix = "Bearer ";
    private static readonly object MemoKey = new();

    public static VaultCaller Read(HttpContext context)
    {
        var memo = FindMemo(context);
        var headers = context.Request.Headers;
        var token = headers[VaultHeaders.Token].ToString();
        if (token.Length > 0)
            return new VaultCaller(memo.Name(token, skip: 0), memo.Address);
        var authorization = headers.Authorization.ToString();
        return authorization.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase) && authorization.Length > BearerPrefix.Length
            ? new VaultCaller(memo.Name(authorization, BearerPrefix.Length), memo.Address)
            : new VaultCaller(TokenId.None, memo.Address);
    }

    private static ConnectionMemo FindMemo(HttpContext context)
    {
        if (context.Features.Get<IConnectionItemsFeature>()?.Items is not { } items)
            return new ConnectionMemo(context);
        if (items.TryGetValue(MemoKey, out var known))
            return (ConnectionMemo)known!;
        var memo = new ConnectionMemo(context);
        items[MemoKey] = memo;
        return memo;
    }

    /// <summary>What does not change from one request of a connection to the next: its address and, as a rule, the token.</summary>
    private sealed class ConnectionMemo(HttpContext context)
    {
        private Named? _last;

        public string Address { get; } = context.Connection.RemoteIpAddress?.ToString() ?? "unknown";

        /// <summary>
        /// Kestrel hands out the same string for the same header of a connection; only then is the HMAC of before good, whatever
        /// another string says.
        /// </summary>
        public TokenId Name(string header, int skip)
        {
            var last = Volatile.Read(ref _last);
            if (last is not null && ReferenceEquals(last.Header, header) && last.Skip == skip)
                return last.Id;
            var id = TokenId.From(header.AsSpan(skip));
            Volatile.Write(ref _last, new Named(header, skip, id));
            return id;
        }

        private sealed record Named(string Header, int Skip, TokenId Id);
    }
}
