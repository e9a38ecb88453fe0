using System.Buffers.Binary;
using System.Text;
using MongoDB.Bson;

namespace CreditSystem.Dev.Mongo.Wire;

/// <summary>Walks over the top-level elements of a BSON document without building anything.</summary>
internal ref struct BsonScanner(ReadOnlySpan<byte> document)
{
    private readonly ReadOnlySpan<byte> _document = document;
    private int _position = 4;

    public ReadOnlySpan<byte> Name { get; private set; }

    public BsonType Type { get; private set; }

    /// <summary>The element's value as it is encoded.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    public bool MoveNext()
    {
        if (_position >= _document.Length || _document[_position] == 0)
            return false;
        Type = (BsonType)(sbyte)_document[_position++];
        var length = _document[_position..].IndexOf((byte)0);
        if (length < 0)
            throw Malformed();
        Name = _document.Slice(_position, length);
        _position += length + 1;
        var valueLength = ValueLength(_document[_position..]);
        if (valueLength < 0 || valueLength > _document.Length - _position)
            throw Malformed();
        Value = _document.Slice(_position, valueLength);
        _position += valueLength;
        return true;
    }

    /// <summary>The value of a string element.</summary>
    public readonly string GetString() => Type == BsonType.String && Value.Length >= 5
        ? Encoding.UTF8.GetString(Value[4..^1])
        : throw new CommandFailure(ErrorCode.TypeMismatch, $"Field '{Encoding.UTF8.GetString(Name)}' must be of type string");

    private readonly int ValueLength(ReadOnlySpan<byte> rest) => Type switch
    {
        BsonType.Double or BsonType.DateTime or BsonType.Timestamp or BsonType.Int64 => 8,
        BsonType.String or BsonType.JavaScript or BsonType.Symbol => 4 + Int32(rest),
        BsonType.Document or BsonType.Array or BsonType.JavaScriptWithScope => Int32(rest),
        BsonType.Binary => 5 + Int32(rest),
        BsonType.Undefined or BsonType.Null or BsonType.MinKey or BsonType.MaxKey => 0,
        BsonType.ObjectId => 12,
        BsonType.Boolean => 1,
        BsonType.RegularExpression => RegularExpressionLength(rest),
        BsonType.Int32 => 4,
        BsonType.Decimal128 => 16,
        (BsonType)0x0C => 4 + Int32(rest) + 12,
        _ => throw Malformed(),
    };

    private static int Int32(ReadOnlySpan<byte> rest) => rest.Length >= 4 && BinaryPrimitives.ReadInt32LittleEndian(rest) is >= 0 and <= 0x7FFF_0000 and var value ? value : throw Malformed();

    private static int RegularExpressionLength(ReadOnlySpan<byte> rest)
    {
        var pattern = rest.IndexOf((byte)0);
        var options = pattern < 0 ? -1 : rest[(pattern + 1)..].IndexOf((byte)0);
        return options < 0 ? throw Malformed() : pattern + options + 2;
    }

    private static CommandFailure Malformed() => new(ErrorCode.InvalidBson, "The document is not valid BSON");
}
