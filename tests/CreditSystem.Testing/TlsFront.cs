using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace CreditSystem.Testing;

/// <summary>Speaks TLS in front of a server that does not.</summary>
internal sealed class TlsFront : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    private readonly Func<X509Certificate2, bool>? _isClientTrusted;

    /// <param name="certificate">What it shows.</param>
    /// <param name="port">Of the server behind it, on this machine.</param>
    /// <param name="isClientTrusted">Lets in who shows such a certificate, and nobody without one; null: everybody.</param>
    public TlsFront(X509Certificate2 certificate, int port, Func<X509Certificate2, bool>? isClientTrusted = null)
    {
        _isClientTrusted = isClientTrusted;
        _listener.Start();
        _accepting = AcceptAsync(certificate, port);
    }

    /// <summary>The serial numbers of the certificates that clients have shown.</summary>
    public ConcurrentQueue<string> Shown { get; } = [];

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
        await secured.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificate = certificate,
            ClientCertificateRequired = _isClientTrusted is not null,
            RemoteCertificateValidationCallback = (_, shown, _, _) => _isClientTrusted is null || IsLetIn(shown as X509Certificate2, _isClientTrusted),
        }, _stop.Token);
        await Task.WhenAny(secured.CopyToAsync(server.GetStream(), _stop.Token), server.GetStream().CopyToAsync(secured, _stop.Token));
    }

    private bool IsLetIn(X509Certificate2? shown, Func<X509Certificate2, bool> isTrusted)
    {
        if (shown is null || !isTrusted(shown))
            return false;
        Shown.Enqueue(shown.SerialNumber);
        return true;
    }
}
