using System.Buffers.Binary;
using System.Text;

namespace CreditSystem.Dev.Mongo.Wire;

/// <summary>Takes messages apart (MongoDB wire protocol: OP_MSG, and OP_QUERY for the first hello).</summary>
internal static class MessageParser
{
    public const int HeaderLength = 16;
    public const int MaxMessageLength = 48_000_000;
    private const int OpQuery = 2004;
    private const int OpMessage = 2013;
    private const uint ChecksumPresent = 1;
    private const uint MoreToCome = 2;
    private const uint RequiredFlags = 0xFFFF;

    /// <summary>The length that the header announces.</summary>
    public static int MessageLength(ReadOnlySpan<byte> header)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(header);
        return length is > HeaderLength and <= MaxMessageLength ? length : throw new ProtocolException($"a message of {length} bytes");
    }

    public static CommandRequest Parse(ReadOnlyMemory<byte> message)
    {
        var span = message.Span;
        var requestId = BinaryPrimitives.ReadInt32LittleEndian(span[4..]);
        return BinaryPrimitives.ReadInt32LittleEndian(span[12..]) switch
        {
            OpMessage => ParseMessage(requestId, message[HeaderLength..]),
            OpQuery => ParseQuery(requestId, message[HeaderLength..]),
            var code => throw new ProtocolException($"operation code {code}"),
        };
    }

    private static CommandRequest ParseMessage(int requestId, ReadOnlyMemory<byte> rest)
    {
        var flags = BinaryPrimitives.ReadUInt32LittleEndian(rest.Span);
        if ((flags & RequiredFlags & ~(ChecksumPresent | MoreToCome)) != 0)
            throw new ProtocolException($"flags {flags:X}");
        // The connection is local, so the checksum is taken off without being computed again.
        rest = (flags & ChecksumPresent) != 0 ? rest[4..^4] : rest[4..];
        ReadOnlyMemory<byte>? body = null, sequence = null;
        while (!rest.IsEmpty)
        {
            var kind = rest.Span[0];
            var length = SectionLength(rest[1..]);
            var section = rest.Slice(1, length);
            rest = rest[(1 + length)..];
            if (kind == 0 && body is null)
                body = section;
            else if (kind == 1 && sequence is null)
                sequence = Documents(section);
            else
                throw new ProtocolException($"a second section of kind {kind}");
        }

        return CommandRequest.Create(requestId, body ?? throw new ProtocolException("a message without a body"), sequence, (flags & MoreToCome) == 0);
    }

    private static ReadOnlyMemory<byte> Documents(ReadOnlyMemory<byte> section)
    {
        var nameLength = section.Span[4..].IndexOf((byte)0);
        var name = nameLength < 0 ? default : section.Span.Slice(4, nameLength);
        if (!name.SequenceEqual("documents"u8) && !name.SequenceEqual("updates"u8) && !name.SequenceEqual("deletes"u8))
            throw new ProtocolException("a document sequence that is neither documents, updates nor deletes");
        return section[(5 + nameLength)..];
    }

    private static CommandRequest ParseQuery(int requestId, ReadOnlyMemory<byte> rest)
    {
        var end = rest.Span[4..].IndexOf((byte)0);
        var name = end < 0 ? "" : Encoding.UTF8.GetString(rest.Span.Slice(4, end));
        if (!name.EndsWith(".$cmd", StringComparison.Ordinal))
            throw new ProtocolException("a query that is not a command");
        rest = rest[(4 + end + 1 + 8)..];
        return CommandRequest.CreateLegacy(requestId, rest[..SectionLength(rest)], name[..^".$cmd".Length]);
    }

    private static int SectionLength(ReadOnlyMemory<byte> section)
    {
        var length = section.Length >= 4 ? BinaryPrimitives.ReadInt32LittleEndian(section.Span) : 0;
        return length >= 5 && length <= section.Length ? length : throw new ProtocolException($"a section of {length} bytes");
    }
}

/// <summary>The client does not speak the protocol; its connection is closed.</summary>
internal sealed class ProtocolException(string what) : Exception($"Unexpected: {what}.");
