using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace CreditSystem.Ledger.Log;

/// <summary>
/// Writes BSON (bsonspec.org) straight into one buffer, in the order of the calls. Of null, false and nothing it
/// writes nothing at all. Names are UTF-8 without a zero, times Unix milliseconds.
/// </summary>
public sealed class BsonWriter
{
    // Document, then array, then document, as records have them: seldom deeper than this.
    private readonly Stack<int> open = new(8);
    private const int MaxKeptBytes = 1024 * 1024;

    private byte[] buffer;

    /// <summary>Begins the outermost document.</summary>
    /// <param name="capacity">How many bytes are expected.</param>
    public BsonWriter(int capacity = 4096)
    {
        buffer = new byte[Math.Max(capacity, 64)];
        OpenDocument();
    }

    /// <summary>Bytes so far.</summary>
    public int Length { get; private set; }

    public void Int32(ReadOnlySpan<byte> name, int value) =>
        BinaryPrimitives.WriteInt32LittleEndian(Element(BsonTag.Int32, name, 4), value);

    public void Int64(ReadOnlySpan<byte> name, long value) =>
        BinaryPrimitives.WriteInt64LittleEndian(Element(BsonTag.Int64, name, 8), value);

    public void Int64(ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } present)
            Int64(name, present);
    }

    public void Int64Array(ReadOnlySpan<byte> name, ReadOnlySpan<long> values)
    {
        BeginArray(name);
        for (var i = 0; i < values.Length; i++)
        {
            Index(BsonTag.Int64, i);
            BinaryPrimitives.WriteInt64LittleEndian(Take(8), values[i]);
        }
        End();
    }

    public void DateTime(ReadOnlySpan<byte> name, long unixMilliseconds) =>
        BinaryPrimitives.WriteInt64LittleEndian(Element(BsonTag.DateTime, name, 8), unixMilliseconds);

    public void Flag(ReadOnlySpan<byte> name, bool value)
    {
        if (value)
            Element(BsonTag.Boolean, name, 1)[0] = 1;
    }

    public void String(ReadOnlySpan<byte> name, string? value)
    {
        if (value is null)
            return;
        var length = Encoding.UTF8.GetByteCount(value);
        var target = Element(BsonTag.String, name, 4 + length + 1);
        BinaryPrimitives.WriteInt32LittleEndian(target, length + 1);
        Encoding.UTF8.GetBytes(value, target[4..]);
        target[^1] = 0;
    }

    public void Guid(ReadOnlySpan<byte> name, Guid value)
    {
        var target = Element(BsonTag.Binary, name, 4 + 1 + 16);
        BinaryPrimitives.WriteInt32LittleEndian(target, 16);
        target[4] = BsonTag.Uuid;
        value.TryWriteBytes(target[5..], bigEndian: true, out _);
    }

    public void Binary(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        var target = Element(BsonTag.Binary, name, 4 + 1 + value.Length);
        BinaryPrimitives.WriteInt32LittleEndian(target, value.Length);
        target[4] = BsonTag.Generic;
        value.CopyTo(target[5..]);
    }

    /// <summary>An array whose content is encoded already.</summary>
    public void RawArray(ReadOnlySpan<byte> name, ReadOnlySpan<byte> document) =>
        document.CopyTo(Element(BsonTag.Array, name, document.Length));

    /// <summary>An array of documents; nothing at all where there is none.</summary>
    /// <param name="name">The name of the member.</param>
    /// <param name="items">What the documents are of.</param>
    /// <param name="write">Writes what one document has.</param>
    public void Documents<T>(ReadOnlySpan<byte> name, T[] items, Action<BsonWriter, T> write)
    {
        if (items.Length == 0)
            return;
        BeginArray(name);
        for (var i = 0; i < items.Length; i++)
        {
            BeginDocument(i);
            write(this, items[i]);
            End();
        }
        End();
    }

    public void BeginDocument(ReadOnlySpan<byte> name)
    {
        Element(BsonTag.Document, name, 0);
        OpenDocument();
    }

    /// <summary>Begins a document that is an element of an array.</summary>
    public void BeginDocument(int index)
    {
        Index(BsonTag.Document, index);
        OpenDocument();
    }

    public void BeginArray(ReadOnlySpan<byte> name)
    {
        Element(BsonTag.Array, name, 0);
        OpenDocument();
    }

    /// <summary>Ends the document or the array that was begun last.</summary>
    public void End()
    {
        Take(1)[0] = 0;
        var start = open.Pop();
        BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(start), Length - start);
    }

    /// <summary>Begins anew, in the same buffer unless that has become large.</summary>
    public void Clear()
    {
        if (buffer.Length > MaxKeptBytes)
            buffer = new byte[4096];
        open.Clear();
        Length = 0;
        OpenDocument();
    }

    /// <summary>Ends the outermost document and gives its bytes.</summary>
    public byte[] ToArray()
    {
        End();
        return buffer.AsSpan(0, Length).ToArray();
    }

    private void OpenDocument()
    {
        open.Push(Length);
        Take(4);
    }

    private void Index(byte type, int index)
    {
        Span<byte> digits = stackalloc byte[11];
        index.TryFormat(digits, out var length, provider: CultureInfo.InvariantCulture);
        Element(type, digits[..length], 0);
    }

    private Span<byte> Element(byte type, ReadOnlySpan<byte> name, int size)
    {
        var target = Take(name.Length + 2 + size);
        target[0] = type;
        name.CopyTo(target[1..]);
        target[name.Length + 1] = 0;
        return target[(name.Length + 2)..];
    }

    private Span<byte> Take(int size)
    {
        if (size > buffer.Length - Length)
            Array.Resize(ref buffer, Math.Max(checked(Length + size), (int)Math.Min(2L * buffer.Length, Array.MaxLength)));
        Length += size;
        return buffer.AsSpan(Length - size, size);
    }
}

/// <summary>The types and subtypes that the ledger's documents have.</summary>
internal static class BsonTag
{
    public const byte String = 0x02;
    public const byte Document = 0x03;
    public const byte Array = 0x04;
    public const byte Binary = 0x05;
    public const byte Boolean = 0x08;
    public const byte DateTime = 0x09;
    public const byte Int32 = 0x10;
    public const byte Int64 = 0x12;

    public const byte Generic = 0x00;
    public const byte Uuid = 0x04;
}
