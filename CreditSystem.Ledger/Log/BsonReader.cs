using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;

namespace CreditSystem.Ledger.Log;

/// <summary>
/// Reads BSON in the order in which <see cref="BsonWriter"/> wrote it, and nothing else: another order, type, length or a byte
/// more is a <see cref="LedgerCorruptException"/>. What is optional is null, false or empty where the writer left it out.
/// </summary>
public ref struct BsonReader
{
    // The members not read yet, without the zero that ends the document.
    private ReadOnlySpan<byte> rest;
    private int index;

    /// <summary>Reads a whole document.</summary>
    /// <exception cref="LedgerCorruptException">The bytes are not as long as they say.</exception>
    public BsonReader(ReadOnlySpan<byte> document)
    {
        if (document.Length < 5 || BinaryPrimitives.ReadInt32LittleEndian(document) != document.Length || document[^1] != 0)
            throw new LedgerCorruptException("A document is not as long as it says.");
        rest = document[4..^1];
    }

    /// <summary>Whether another element or member follows.</summary>
    public readonly bool HasMore => !rest.IsEmpty;

    /// <summary>Requires that all has been read.</summary>
    public readonly void End()
    {
        if (HasMore)
            throw new LedgerCorruptException("A document has a member that its writer does not write there.");
    }

    /// <summary>Whether the next member is of this name and a 32-bit integer.</summary>
    public readonly bool IsInt32(scoped ReadOnlySpan<byte> name) => IsNext(name) && rest[0] == BsonTag.Int32;

    public readonly bool IsNext(scoped ReadOnlySpan<byte> name) =>
        rest.Length >= name.Length + 2 && rest[name.Length + 1] == 0 && rest.Slice(1, name.Length).SequenceEqual(name);

    public int Int32(scoped ReadOnlySpan<byte> name) => BinaryPrimitives.ReadInt32LittleEndian(Value(BsonTag.Int32, name, 4));

    public int? OptionalInt32(scoped ReadOnlySpan<byte> name) => IsNext(name) ? Int32(name) : null;

    public long Int64(scoped ReadOnlySpan<byte> name) => BinaryPrimitives.ReadInt64LittleEndian(Value(BsonTag.Int64, name, 8));

    public long? OptionalInt64(scoped ReadOnlySpan<byte> name) => IsNext(name) ? Int64(name) : null;

    public long[] Int64Array(scoped ReadOnlySpan<byte> name)
    {
        var array = Array(name);
        var values = new List<long>();
        while (array.HasMore)
            values.Add(BinaryPrimitives.ReadInt64LittleEndian(array.NextElement(BsonTag.Int64, 8)));
        return [.. values];
    }

    public long DateTime(scoped ReadOnlySpan<byte> name) => BinaryPrimitives.ReadInt64LittleEndian(Value(BsonTag.DateTime, name, 8));

    public bool Flag(scoped ReadOnlySpan<byte> name) =>
        IsNext(name) && (Value(BsonTag.Boolean, name, 1)[0] == 1 ? true : throw new LedgerCorruptException("A flag is not true."));

    public string String(scoped ReadOnlySpan<byte> name) => Encoding.UTF8.GetString(Text(name));

    /// <summary>A text that many records have: one string for all of them.</summary>
    public string SharedString(scoped ReadOnlySpan<byte> name) => SharedStrings.Get(Text(name));

    public string? OptionalString(scoped ReadOnlySpan<byte> name) => IsNext(name) ? String(name) : null;

    public Guid Guid(scoped ReadOnlySpan<byte> name) => new(Bytes(name, BsonTag.Uuid, length: 16), bigEndian: true);

    public ReadOnlySpan<byte> Binary(scoped ReadOnlySpan<byte> name) => Bytes(name, BsonTag.Generic, length: null);

    /// <summary>The documents of an array, or none where the writer left it out.</summary>
    /// <param name="name">The name of the member.</param>
    /// <param name="read">Reads all of one document.</param>
    public T[] Documents<T>(scoped ReadOnlySpan<byte> name, ReadDocument<T> read)
    {
        if (!IsNext(name))
            return [];
        var array = Array(name);
        var items = new List<T>(2);
        while (array.HasMore)
        {
            var document = array.NextDocument();
            items.Add(read(ref document));
            document.End();
        }
        return [.. items];
    }

    public BsonReader Document(scoped ReadOnlySpan<byte> name) => new(Nested(BsonTag.Document, name));

    /// <summary>An array. Go through it with <see cref="HasMore"/> and <see cref="NextDocument"/>.</summary>
    public BsonReader Array(scoped ReadOnlySpan<byte> name) => new(RawArray(name));

    /// <summary>The bytes of an array.</summary>
    public ReadOnlySpan<byte> RawArray(scoped ReadOnlySpan<byte> name) => Nested(BsonTag.Array, name);

    /// <summary>The next element of the array, which is a document.</summary>
    public BsonReader NextDocument() => new(NextRaw());

    /// <summary>The bytes of the next element of the array, which is a document. Nothing in it is read.</summary>
    public ReadOnlySpan<byte> NextRaw()
    {
        NextElement(BsonTag.Document, 0);
        return Take(Count());
    }

    private ReadOnlySpan<byte> Bytes(scoped ReadOnlySpan<byte> name, byte subtype, int? length)
    {
        var header = Value(BsonTag.Binary, name, 5);
        var count = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (header[4] != subtype || count != (length ?? count))
            throw new LedgerCorruptException("A binary is of another kind or length than its writer writes.");
        return Take(count);
    }

    private ReadOnlySpan<byte> Text(scoped ReadOnlySpan<byte> name)
    {
        var text = Take(BinaryPrimitives.ReadInt32LittleEndian(Value(BsonTag.String, name, 4)));
        if (text.IsEmpty || text[^1] != 0 || !Utf8.IsValid(text))
            throw new LedgerCorruptException("A text is not UTF-8, or does not end where it says.");
        return text[..^1];
    }

    private ReadOnlySpan<byte> Nested(byte type, scoped ReadOnlySpan<byte> name)
    {
        Value(type, name, 0);
        return Take(Count());
    }

    // The length of a document counts itself.
    private readonly int Count() => rest.Length < 4 ? -1 : BinaryPrimitives.ReadInt32LittleEndian(rest);

    private ReadOnlySpan<byte> Value(byte type, scoped ReadOnlySpan<byte> name, int size)
    {
        if (!IsNext(name) || rest[0] != type)
            throw new LedgerCorruptException(
                $"A document has not the member '{Encoding.UTF8.GetString(name)}' where its writer writes it.");
        rest = rest[(name.Length + 2)..];
        return Take(size);
    }

    private ReadOnlySpan<byte> NextElement(byte type, int size)
    {
        Span<byte> digits = stackalloc byte[11];
        Utf8Formatter.TryFormat(index++, digits, out var length);
        return Value(type, digits[..length], size);
    }

    private ReadOnlySpan<byte> Take(int size)
    {
        if ((uint)size > (uint)rest.Length)
            throw new LedgerCorruptException("A value is longer than its document.");
        var taken = rest[..size];
        rest = rest[size..];
        return taken;
    }
}

/// <summary>Reads what a document has.</summary>
public delegate T ReadDocument<T>(ref BsonReader reader);

/// <summary>Tenants, assets and the like: few values in very many records.</summary>
internal static class SharedStrings
{
    // Shared by all threads without a lock: what another one has just replaced is only decoded once more.
    private static readonly string?[] Recent = new string?[1024];

    public static string Get(ReadOnlySpan<byte> utf8)
    {
        var hash = new HashCode();
        hash.AddBytes(utf8);
        ref var slot = ref Recent[hash.ToHashCode() & (Recent.Length - 1)];
        if (slot is { } recent && Ascii.Equals(utf8, recent))
            return recent;
        return slot = string.Intern(Encoding.UTF8.GetString(utf8));
    }
}
