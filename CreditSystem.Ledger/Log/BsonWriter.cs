using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace CreditSystem.Ledger.Log;

/// <summary>
/// Writes BSON (bsonspec.org) straight into one buffer. The driver's writer costs several allocations per value, and a
/// block has thousands of values.
/// </summary>
public sealed class BsonWriter
{
    private readonly ArrayBufferWriter<byte> output = new(4096);
    private readonly Stack<int> open = new();
    private readonly List<(int Start, int Length)> lengths = [];

    public BsonWriter() => OpenDocument();

    /// <summary>Bytes so far.</summary>
    public int Length => output.WrittenCount;

    public void Int32(string name, int value)
    {
        Element(0x10, name);
        BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);
    }

    public void Int64(string name, long value)
    {
        Element(0x12, name);
        BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);
    }

    public void Int64(string name, long? value)
    {
        if (value is { } present)
            Int64(name, present);
    }

    public void DateTime(string name, long unixMilliseconds)
    {
        Element(0x09, name);
        BinaryPrimitives.WriteInt64LittleEndian(Take(8), unixMilliseconds);
    }

    public void Flag(string name, bool value)
    {
        if (!value)
            return;
        Element(0x08, name);
        Take(1)[0] = 1;
    }

    public void String(string name, string? value)
    {
        if (value is null)
            return;
        Element(0x02, name);
        var length = Encoding.UTF8.GetByteCount(value);
        BinaryPrimitives.WriteInt32LittleEndian(Take(4), length + 1);
        Encoding.UTF8.GetBytes(value, Take(length));
        Take(1)[0] = 0;
    }

    public void Guid(string name, Guid value)
    {
        Element(0x05, name);
        var target = Take(21);
        BinaryPrimitives.WriteInt32LittleEndian(target, 16);
        target[4] = 0x04;
        value.TryWriteBytes(target[5..], bigEndian: true, out _);
    }

    public void Binary(string name, ReadOnlySpan<byte> value)
    {
        Element(0x05, name);
        var target = Take(5 + value.Length);
        BinaryPrimitives.WriteInt32LittleEndian(target, value.Length);
        target[4] = 0x00;
        value.CopyTo(target[5..]);
    }

    /// <summary>An array whose content is encoded already.</summary>
    public void RawArray(string name, ReadOnlySpan<byte> document)
    {
        Element(0x04, name);
        document.CopyTo(Take(document.Length));
    }

    public void BeginDocument(string name)
    {
        Element(0x03, name);
        OpenDocument();
    }

    public void BeginDocument(int index)
    {
        Take(1)[0] = 0x03;
        Span<byte> digits = stackalloc byte[11];
        index.TryFormat(digits, out var length, provider: CultureInfo.InvariantCulture);
        digits[..length].CopyTo(Take(length));
        Take(1)[0] = 0;
        OpenDocument();
    }

    public void BeginArray(string name)
    {
        Element(0x04, name);
        OpenDocument();
    }

    public void End()
    {
        Take(1)[0] = 0;
        var start = open.Pop();
        lengths.Add((start, output.WrittenCount - start));
    }

    /// <summary>Ends the outermost document and gives its bytes.</summary>
    public byte[] ToArray()
    {
        End();
        var written = output.WrittenSpan.ToArray();
        foreach (var (start, length) in lengths)
            BinaryPrimitives.WriteInt32LittleEndian(written.AsSpan(start), length);
        return written;
    }

    private void OpenDocument()
    {
        open.Push(output.WrittenCount);
        Take(4);
    }

    private void Element(byte type, string name)
    {
        var target = Take(name.Length + 2);
        target[0] = type;
        Encoding.UTF8.GetBytes(name, target[1..]);
        target[^1] = 0;
    }

    private Span<byte> Take(int size)
    {
        var span = output.GetSpan(size)[..size];
        output.Advance(size);
        return span;
    }
}
