using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace CreditSystem.Api.Tests.Secrets;

/// <summary>Speaks TLS in front of a server that does not.</summary>
internal sealed class TlsFront : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    public TlsFront(X509Certificate2 certificate, int port)
    {
        _listener.Start();
        _accepting = AcceptAsync(certificate, port);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ContinueWith(_ => { }, TaskScheduler.Default);
        _stop.Dispose();
    }

    private async Task AcceptAsync(X509Certificate2 certificate, int port)
    {
        while (!_stop.IsCancellationRequested)
        {
            var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            _ = ForwardAsync(client, certificate, port).ContinueWith(_ => client.Dispose(), TaskScheduler.Default);
        }
    }

    private async Task ForwardAsync(TcpClient client, X509Certificate2 certificate, int port)
    {
        using var server = new TcpClient();
        await server.ConnectAsync(IPAddress.Loopback, port, _stop.Token);
        await using var secured = new SslStream(client.GetStream());
        await secured.AuthenticateAsServerAsync(certificate);
        await Task.WhenAny(secured.CopyToAsync(server.GetStream(), _stop.Token), server.GetStream().CopyToAsync(secured, _stop.Token));
    }
}
