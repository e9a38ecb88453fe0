using System.Buffers;
using System.Buffers.Binary;
using MongoDB.Bson;
using Npgsql;

namespace CreditSystem.Dev.Mongo.Wire;

/// <summary>A connection's reply, in one pooled buffer that is used again for the next.</summary>
internal sealed class Reply : IDisposable
{
    private const int MaxKept = 1 << 20;
    // Room for either header: OP_REPLY has 36 bytes, OP_MSG 21.
    private const int Start = 36;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(4096);
    private int _length;

    public ReadOnlySpan<byte> Document => _buffer.AsSpan(Start, _length);

    public void Set(BsonDocument document) => Set(document.ToBson());

    public void Set(ReadOnlySpan<byte> document) => document.CopyTo(Prepare(document.Length));

    /// <summary>Takes a document of a row without an array in between.</summary>
    public void Set(NpgsqlDataReader row, int ordinal)
    {
        var length = (int)row.GetBytes(ordinal, 0, null, 0, 0);
        Prepare(length);
        row.GetBytes(ordinal, 0, _buffer, Start, length);
    }

    public ReadOnlyMemory<byte> Frame(CommandRequest request) => request.IsLegacy ? FrameLegacy(request.RequestId) : FrameMessage(request.RequestId);

    /// <summary>Gives a buffer back that one large reply has needed.</summary>
    public void Trim()
    {
        if (_buffer.Length <= MaxKept)
            return;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = ArrayPool<byte>.Shared.Rent(4096);
        _length = 0;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private Span<byte> Prepare(int length)
    {
        if (Start + length > _buffer.Length)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = ArrayPool<byte>.Shared.Rent(Start + length);
        }

        _length = length;
        return _buffer.AsSpan(Start, length);
    }

    private ReadOnlyMemory<byte> FrameMessage(int responseTo)
    {
        const int Header = 21;
        var frame = _buffer.AsMemory(Start - Header, Header + _length);
        WriteHeader(frame.Span, responseTo, operation: 2013);
        frame.Span[16..21].Clear();
        return frame;
    }

    private ReadOnlyMemory<byte> FrameLegacy(int responseTo)
    {
        var frame = _buffer.AsMemory(0, Start + _length);
        WriteHeader(frame.Span, responseTo, operation: 1);
        frame.Span[16..32].Clear();
        BinaryPrimitives.WriteInt32LittleEndian(frame.Span[16..], 8);
        BinaryPrimitives.WriteInt32LittleEndian(frame.Span[32..], 1);
        return frame;
    }

    private static void WriteHeader(Span<byte> frame, int responseTo, int operation)
    {
        BinaryPrimitives.WriteInt32LittleEndian(frame, frame.Length);
        BinaryPrimitives.WriteInt32LittleEndian(frame[4..], 0);
        BinaryPrimitives.WriteInt32LittleEndian(frame[8..], responseTo);
        BinaryPrimitives.WriteInt32LittleEndian(frame[12..], operation);
    }
}
