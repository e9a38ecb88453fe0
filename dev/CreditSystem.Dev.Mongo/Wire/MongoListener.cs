using System.Net;
using System.Net.Sockets;
using CreditSystem.Dev.Mongo.Commands;

namespace CreditSystem.Dev.Mongo.Wire;

/// <summary>Accepts clients on the loopback interface.</summary>
internal sealed class MongoListener : IDisposable
{
    private readonly Socket _socket;

    private MongoListener(Socket socket) => _socket = socket;

    public static MongoListener Bind(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen(512);
            return new MongoListener(socket);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new DevServerException(ExitCodes.PortInUse, $"Port {port} cannot be opened on 127.0.0.1 ({exception.Message}). Choose another with MONGO_PORT.", exception);
        }
    }

    public async Task RunAsync(CommandDispatcher dispatcher, CancellationToken cancellationToken)
    {
        var id = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            var client = await _socket.AcceptAsync(cancellationToken);
            client.NoDelay = true;
            _ = ServeAsync(new ClientConnection(client, ++id, dispatcher), id, cancellationToken);
        }
    }

    public void Dispose() => _socket.Dispose();

    private static async Task ServeAsync(ClientConnection connection, int id, CancellationToken cancellationToken)
    {
        using (connection)
        {
            try
            {
                await connection.RunAsync(cancellationToken);
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The client or the server is gone; there is nobody to tell.
            }
            catch (Exception exception) when (exception is ProtocolException or CommandFailure or ArgumentOutOfRangeException or IndexOutOfRangeException)
            {
                await Console.Error.WriteLineAsync($"Connection {id} is closed. {exception.Message}");
            }
        }
    }
}
