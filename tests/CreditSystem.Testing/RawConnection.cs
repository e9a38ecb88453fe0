using System.Net.Sockets;
using System.Text;

namespace CreditSystem.Testing;

/// <summary>Sends exactly the bytes it is given, which no HTTP client does.</summary>
internal static class RawConnection
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    /// <summary>Sends the bytes and returns all that comes back until the server closes, so the last request must ask it to.</summary>
    public static async Task<string> ExchangeAsync(Uri proxy, byte[] bytes)
    {
        using var timeout = new CancellationTokenSource(Timeout);
        using var client = new TcpClient();
        await client.ConnectAsync(proxy.Host, proxy.Port, timeout.Token);
        var stream = client.GetStream();
        try
        {
            await stream.WriteAsync(bytes, timeout.Token);
        }
        catch (Exception closed) when (closed is IOException or SocketException)
        {
            // Refused before the end was written; what has been answered is still to be read.
        }

        return await ReadToEndAsync(stream, timeout.Token);
    }

    /// <summary>A request with nothing but what every request has.</summary>
    public static Task<string> SendAsync(Uri proxy, string method, string target, string headers = "X-Vault-Token: t") =>
        ExchangeAsync(proxy, Encoding.Latin1.GetBytes($"{method} {target} HTTP/1.1\r\nHost: vault\r\n{headers}\r\nConnection: close\r\n\r\n"));

    /// <summary>The status codes of all answers in the text.</summary>
    public static IReadOnlyList<int> Statuses(string answers) =>
        [.. answers.Split("HTTP/1.1 ").Skip(1).Select(answer => int.Parse(answer[..3], System.Globalization.CultureInfo.InvariantCulture))];

    private static async Task<string> ReadToEndAsync(Stream stream, CancellationToken cancellationToken)
    {
        var received = new MemoryStream();
        try
        {
            await stream.CopyToAsync(received, cancellationToken);
        }
        catch (IOException)
        {
            // A reset is a way to close.
        }

        return Encoding.Latin1.GetString(received.ToArray());
    }
}
