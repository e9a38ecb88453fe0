using System.Text;
using MongoDB.Bson;
using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization;
using MongoDB.Bson.Serialization.Serializers;

namespace CreditSystem.Dev.Mongo.Wire;

/// <summary>One command as it came in; the memory belongs to the connection's buffer and is valid until the reply is sent.</summary>
internal sealed class CommandRequest
{
    private CommandRequest(int requestId, ReadOnlyMemory<byte> body, ReadOnlyMemory<byte>? sequence, bool isLegacy, bool wantsReply)
    {
        RequestId = requestId;
        Body = body;
        Sequence = sequence;
        IsLegacy = isLegacy;
        WantsReply = wantsReply;
    }

    public int RequestId { get; }

    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>The documents of an insert, update or delete that came as a section of their own, one after the other.</summary>
    public ReadOnlyMemory<byte>? Sequence { get; }

    /// <summary>Came as OP_QUERY, which a driver uses for its first hello only.</summary>
    public bool IsLegacy { get; }

    public bool WantsReply { get; }

    public string Name { get; private set; } = "";

    public string Database { get; private set; } = "";

    /// <summary>The value of the command's own field, which is the collection for most commands.</summary>
    public string? Target { get; private set; }

    /// <summary>The body as a document; for commands that are not on a hot path.</summary>
    public BsonDocument Document => field ??= Parse(Body);

    /// <summary>The namespace that the command works on.</summary>
    public string Namespace => $"{Database}.{Target}";

    public static CommandRequest Create(int requestId, ReadOnlyMemory<byte> body, ReadOnlyMemory<byte>? sequence, bool wantsReply)
    {
        var request = new CommandRequest(requestId, body, sequence, isLegacy: false, wantsReply);
        request.ReadFields(null);
        return request;
    }

    public static CommandRequest CreateLegacy(int requestId, ReadOnlyMemory<byte> body, string database)
    {
        var request = new CommandRequest(requestId, body, null, isLegacy: true, wantsReply: true);
        request.ReadFields(database);
        return request;
    }

    public string RequireTarget() => Target is { Length: > 0 } target ? target : throw new CommandFailure(73, "InvalidNamespace", "Collection name must be a non-empty string");

    public static BsonDocument Parse(ReadOnlyMemory<byte> document)
    {
        using var reader = new BsonBinaryReader(new MemoryStream(document.ToArray(), writable: false));
        return BsonDocumentSerializer.Instance.Deserialize(BsonDeserializationContext.CreateRoot(reader));
    }

    private void ReadFields(string? database)
    {
        var scanner = new BsonScanner(Body.Span);
        if (!scanner.MoveNext())
            throw new CommandFailure(ErrorCode.FailedToParse, "The command document is empty");
        Name = Encoding.UTF8.GetString(scanner.Name);
        if (scanner.Type == BsonType.String)
            Target = scanner.GetString();
        while (scanner.MoveNext())
        {
            if (scanner.Name.SequenceEqual("$db"u8))
                database = scanner.GetString();
        }

        Database = database is { Length: > 0 } ? database : throw new CommandFailure(ErrorCode.BadValue, "The command has no $db");
    }
}
