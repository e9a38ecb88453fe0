using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CreditSystem.Testing.Vault;

/// <summary>
/// Stands where a Vault node would: takes HTTP/1.1 off a socket of its own, so that what it has recorded are the bytes that
/// came and not what a server library made of them.
/// </summary>
internal sealed class RecordingUpstream : IAsyncDisposable
{
    private readonly ConcurrentQueue<RecordedRequest> _requests = [];
    private readonly ConcurrentDictionary<Socket, byte> _connections = [];
    private TcpListener _listener = new(IPAddress.Loopback, 0);

    private RecordingUpstream() => _listener.Start();

    public int Port { get; private set; }

    public string Address => $"http://127.0.0.1:{Port}";

    /// <summary>The status of its <c>sys/health</c>.</summary>
    public int Health { get; set; } = 200;

    public Func<RecordedRequest, Reply> Answer { get; set; } = _ => Reply.Secret();

    /// <summary>Awaited before an answer, so that a test can hold a request while it looks around.</summary>
    public Func<RecordedRequest, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Everything that came but the proxy's own probes.</summary>
    public IReadOnlyList<RecordedRequest> Requests => [.. _requests.Where(request => !request.IsProbe)];

    public IReadOnlyList<string> Targets => [.. Requests.Select(request => request.Target)];

    public int Probes => _requests.Count(request => request.IsProbe);

    public static RecordingUpstream Start()
    {
        var upstream = new RecordingUpstream();
        upstream.Port = ((IPEndPoint)upstream._listener.LocalEndpoint).Port;
        _ = upstream.AcceptAsync(upstream._listener);
        return upstream;
    }

    public void Forget() => _requests.Clear();

    /// <summary>Dies as a process does: the port closes and every connection with it, whatever was under way.</summary>
    public void Kill()
    {
        _listener.Stop();
        foreach (var connection in _connections.Keys)
            connection.Close(0);
    }

    public void Revive()
    {
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        _ = AcceptAsync(_listener);
    }

    public ValueTask DisposeAsync()
    {
        Kill();
        return ValueTask.CompletedTask;
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
                _ = ServeAsync(await listener.AcceptSocketAsync());
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException or InvalidOperationException)
        {
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        _connections[socket] = 0;
        try
        {
            await using var stream = new BufferedStream(new NetworkStream(socket, ownsSocket: true));
            while (await ReadRequestAsync(stream) is { } request)
            {
                _requests.Enqueue(request);
                await Before(request);
                var reply = request.IsProbe ? Reply.Errors(Health) : Answer(request);
                if (reply == Reply.None)
                    break;
                await WriteAsync(stream, request, reply);
            }
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException or SocketException)
        {
        }
        finally
        {
            _connections.TryRemove(socket, out _);
        }
    }

    private static async Task WriteAsync(Stream stream, RecordedRequest request, Reply reply)
    {
        var body = Encoding.UTF8.GetBytes(reply.Body);
        var head = new StringBuilder($"HTTP/1.1 {reply.Status} Whatever\r\nContent-Type: {reply.ContentType}\r\n");
        foreach (var (name, value) in reply.Headers)
            head.Append($"{name}: {value}\r\n");
        if (reply.IsChunked)
            (body, _) = (Encoding.UTF8.GetBytes($"{body.Length:x}\r\n{reply.Body}\r\n0\r\n\r\n"), head.Append("Transfer-Encoding: chunked\r\n"));
        else if (reply.Status != 204)
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
        await stream.WriteAsync(Encoding.Latin1.GetBytes(head.Append("\r\n").ToString()));
        if (request.Method != "HEAD" && reply.Status != 204)
            await stream.WriteAsync(body);
        await stream.FlushAsync();
    }

    private static async Task<RecordedRequest?> ReadRequestAsync(Stream stream)
    {
        if (await ReadLineAsync(stream) is not { } line)
            return null;
        var headers = new List<KeyValuePair<string, string>>();
        while (await ReadLineAsync(stream) is { Length: > 0 } header)
            headers.Add(new(header.Split(':')[0], header[(header.IndexOf(':') + 1)..].Trim()));
        var request = new RecordedRequest(line, headers, []);
        if (request.Header("Transfer-Encoding") is not null)
            return request with { Body = await ReadChunksAsync(stream) };
        var body = new byte[int.Parse(request.Header("Content-Length") ?? "0", CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body);
        return request with { Body = body };
    }

    private static async Task<byte[]> ReadChunksAsync(Stream stream)
    {
        using var body = new MemoryStream();
        while (int.Parse((await ReadLineAsync(stream))!, NumberStyles.HexNumber, CultureInfo.InvariantCulture) is > 0 and var size)
        {
            var chunk = new byte[size + 2];
            await stream.ReadExactlyAsync(chunk);
            body.Write(chunk, 0, size);
        }

        await ReadLineAsync(stream);
        return body.ToArray();
    }

    private static async Task<string?> ReadLineAsync(Stream stream)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one) == 1)
        {
            if (one[0] == '\n')
                return line.Length > 0 && line[^1] == '\r' ? line.ToString(0, line.Length - 1) : line.ToString();
            line.Append((char)one[0]);
        }

        return null;
    }
}
