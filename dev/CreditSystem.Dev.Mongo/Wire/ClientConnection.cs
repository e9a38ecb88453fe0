using System.Buffers;
using System.Net.Sockets;
using CreditSystem.Dev.Mongo.Auth;
using CreditSystem.Dev.Mongo.Commands;

namespace CreditSystem.Dev.Mongo.Wire;

/// <summary>One client's connection: reads a message, answers it, reads the next.</summary>
internal sealed class ClientConnection(Socket socket, int id, CommandDispatcher dispatcher) : IDisposable
{
    private const int InitialBuffer = 16 * 1024;

    private readonly Reply _reply = new();
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(InitialBuffer);
    private int _filled;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var session = new ClientSession(id);
        while (await ReadMessageAsync(cancellationToken) is { IsEmpty: false } message)
        {
            var request = await AnswerAsync(session, message, cancellationToken);
            if (request.WantsReply)
                await SendAsync(_reply.Frame(request), cancellationToken);
            _reply.Trim();
            Consume(message.Length);
        }
    }

    public void Dispose()
    {
        socket.Dispose();
        _reply.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
    }

    private async ValueTask<CommandRequest> AnswerAsync(ClientSession session, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        var request = MessageParser.Parse(message);
        await dispatcher.ExecuteAsync(new CommandContext(request, session, _reply), cancellationToken);
        return request;
    }

    /// <summary>Empty when the client has closed the connection.</summary>
    private async ValueTask<ReadOnlyMemory<byte>> ReadMessageAsync(CancellationToken cancellationToken)
    {
        if (!await FillAsync(MessageParser.HeaderLength, cancellationToken))
            return default;
        var length = MessageParser.MessageLength(_buffer);
        if (length > _buffer.Length)
            Resize(length);
        return await FillAsync(length, cancellationToken) ? _buffer.AsMemory(0, length) : default;
    }

    private async ValueTask<bool> FillAsync(int length, CancellationToken cancellationToken)
    {
        while (_filled < length)
        {
            var read = await socket.ReceiveAsync(_buffer.AsMemory(_filled), SocketFlags.None, cancellationToken);
            if (read == 0)
                return false;
            _filled += read;
        }

        return true;
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        while (!frame.IsEmpty)
            frame = frame[await socket.SendAsync(frame, SocketFlags.None, cancellationToken)..];
    }

    private void Consume(int length)
    {
        _buffer.AsSpan(length, _filled - length).CopyTo(_buffer);
        _filled -= length;
        if (_buffer.Length > 1 << 20 && _filled <= InitialBuffer)
            Resize(InitialBuffer);
    }

    private void Resize(int length)
    {
        var next = ArrayPool<byte>.Shared.Rent(length);
        _buffer.AsSpan(0, _filled).CopyTo(next);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = next;
    }
}
