using CreditSystem.Dev.Mongo.Auth;
using CreditSystem.Dev.Mongo.Wire;
using MongoDB.Bson;

namespace CreditSystem.Dev.Mongo.Commands;

/// <summary>A command, who sent it, and where its reply goes.</summary>
internal readonly record struct CommandContext(CommandRequest Request, ClientSession Session, Reply Reply)
{
    public void Succeed() => Reply.Set(new BsonDocument("ok", 1.0));

    /// <summary>Replies with the fields and <c>ok: 1</c>.</summary>
    public void Succeed(BsonDocument fields) => Reply.Set(fields.Add("ok", 1.0));

    public void Fail(CommandFailure failure) => Reply.Set(new BsonDocument
    {
        ["ok"] = 0.0,
        ["errmsg"] = failure.Message,
        ["code"] = failure.Code,
        ["codeName"] = failure.CodeName,
    });
}
