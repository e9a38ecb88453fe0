using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace CreditSystem.Tests.DevServers.Vectors;

/// <summary>Sends a request byte for byte as it is written down: HttpClient cleans paths, joins headers and adds a content type.</summary>
internal sealed class WireClient(Uri address)
{
    internal sealed record Response(int Status, IReadOnlyList<(string Name, string Value)> Headers, string Text);

    /// <summary>One request on a connection of its own.</summary>
    public async Task<Response> SendAsync(string method, string target, IEnumerable<(string Name, string Value)> headers, byte[]? body, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, cancellationToken);
        await using var stream = await SecureAsync(client.GetStream(), cancellationToken);
        var sending = WriteAsync(stream, Head(method, target, headers, body), body, cancellationToken);
        try
        {
            return Parse(await ReadToEndAsync(stream, cancellationToken), method);
        }
        finally
        {
            await sending;
        }
    }

    private async Task<Stream> SecureAsync(Stream plain, CancellationToken cancellationToken)
    {
        if (address.Scheme != Uri.UriSchemeHttps)
            return plain;
        var secure = new SslStream(plain);
        await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = address.Host }, cancellationToken);
        return secure;
    }

    private byte[] Head(string method, string target, IEnumerable<(string Name, string Value)> headers, byte[]? body)
    {
        var head = new StringBuilder($"{method} {target} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\n");
        foreach (var (name, value) in headers)
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        if (body is not null || method is "POST" or "PUT" or "PATCH" or "DELETE")
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body?.Length ?? 0}\r\n");
        return Encoding.UTF8.GetBytes(head.Append("\r\n").ToString());
    }

    private static async Task WriteAsync(Stream stream, byte[] head, byte[]? body, CancellationToken cancellationToken)
    {
        try
        {
            await stream.WriteAsync(head, cancellationToken);
            if (body is not null)
                await stream.WriteAsync(body, cancellationToken);
            await stream.FlushAsync(cancellationToken);
        }
        catch (IOException)
        {
            // A server that has refused the request does not read all of its body.
        }
    }

    private static async Task<byte[]> ReadToEndAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var received = new MemoryStream();
        try
        {
            await stream.CopyToAsync(received, cancellationToken);
        }
        catch (IOException) when (received.Length > 0)
        {
            // The same server resets the connection after its answer.
        }

        return received.ToArray();
    }

    private static Response Parse(byte[] bytes, string method)
    {
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        if (end < 0)
            throw new IOException($"The server closed the connection after {bytes.Length} bytes.");
        var lines = Encoding.Latin1.GetString(bytes, 0, end).Split("\r\n");
        var headers = lines.Skip(1).Select(line => line.Split(':', 2)).Select(parts => (Name: parts[0].ToLowerInvariant(), Value: parts[1].Trim())).ToList();
        var body = bytes.AsSpan(end + 4).ToArray();
        if (headers.Contains(("transfer-encoding", "chunked")) && method != "HEAD")
            body = Unchunk(body);
        return new Response(int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture), headers, Encoding.UTF8.GetString(body));
    }

    private static byte[] Unchunk(byte[] body)
    {
        using var whole = new MemoryStream();
        for (var position = 0; ;)
        {
            var line = body.AsSpan(position).IndexOf("\r\n"u8);
            var length = int.Parse(Encoding.ASCII.GetString(body, position, line), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (length == 0)
                return whole.ToArray();
            whole.Write(body, position + line + 2, length);
            position += line + 2 + length + 2;
        }
    }
}
