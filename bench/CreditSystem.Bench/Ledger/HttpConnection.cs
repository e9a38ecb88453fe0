using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CreditSystem.Bench.Ledger;

/// <summary>
/// One HTTP/1.1 connection with one request in flight. A full client costs as much of the machine as the server that is
/// measured; this one costs about what pgbench does.
/// </summary>
internal sealed class HttpConnection(Uri address, string token) : IDisposable
{
    private static ReadOnlySpan<byte> HeaderEnd => "\r\n\r\n"u8;

    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly string head = $"Host: {address.Authority}\r\nAuthorization: Bearer {token}\r\n";
    private byte[] buffer = new byte[16 * 1024];

    public Task ConnectAsync(CancellationToken cancellationToken) => socket.ConnectAsync(IPAddress.Loopback, address.Port, cancellationToken).AsTask();

    /// <summary>Sends a request and waits for the whole answer.</summary>
    public async ValueTask<(int Status, ReadOnlyMemory<byte> Body)> SendAsync(string method, string path, string? body, string? key, CancellationToken cancellationToken)
    {
        var content = body is null ? "" : $"Content-Type: application/json\r\nIdempotency-Key: {key}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n";
        var request = Encoding.UTF8.GetBytes($"{method} {path} HTTP/1.1\r\n{head}{content}\r\n{body}");
        await socket.SendAsync(request, SocketFlags.None, cancellationToken);
        for (var length = 0; ;)
        {
            if (length == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
            var read = await socket.ReceiveAsync(buffer.AsMemory(length), SocketFlags.None, cancellationToken);
            if (read == 0)
                throw new IOException("The server has closed the connection.");
            length += read;
            if (TryParse(buffer.AsMemory(0, length), out var status, out var answer))
                return (status, answer);
        }
    }

    public void Dispose() => socket.Dispose();

    private static bool TryParse(ReadOnlyMemory<byte> received, out int status, out ReadOnlyMemory<byte> body)
    {
        (status, body) = (0, default);
        var end = received.Span.IndexOf(HeaderEnd);
        if (end < 0)
            return false;
        var headers = received.Span[..end];
        status = Number(headers[9..12]);
        body = received[(end + 4)..];
        var at = headers.IndexOf("Content-Length: "u8);
        if (at >= 0)
            return body.Length >= Number(headers[(at + 16)..]);
        // Chunked: a JSON text never ends like the last chunk.
        return body.Span.EndsWith("\r\n0\r\n\r\n"u8) || status == 204;
    }

    private static int Number(ReadOnlySpan<byte> text) => Utf8Parser.TryParse(text, out int number, out _) ? number : throw new IOException("The answer is no HTTP.");
}
