using System.Text;
using CreditSystem.Dev.Mongo.Auth;
using CreditSystem.Dev.Mongo.Wire;
using MongoDB.Bson;

namespace CreditSystem.Dev.Mongo.Commands;

/// <summary>What a driver does before its first command: hello and authentication.</summary>
internal sealed class HandshakeCommands(UserStore users, TimeProvider time)
{
    // MongoDB 7.0; nothing here needs what came later.
    private const int MaxWireVersion = 21;

    public void Register(Dictionary<string, CommandDefinition> commands)
    {
        foreach (var name in (string[])["hello", "isMaster", "ismaster"])
            commands[name] = Open(Hello);
        commands["saslStart"] = Open(SaslStart);
        commands["saslContinue"] = Open(SaslContinue);
        commands["logout"] = Open(Logout);
    }

    private static CommandDefinition Open(Action<CommandContext> handler) => new((context, _) =>
    {
        handler(context);
        return ValueTask.CompletedTask;
    }, null, BeforeAuthentication: true);

    private void Hello(CommandContext context)
    {
        var request = context.Request.Document;
        var reply = new BsonDocument
        {
            ["helloOk"] = true,
            [context.Request.Name == "hello" ? "isWritablePrimary" : "ismaster"] = true,
            ["maxBsonObjectSize"] = 16 * 1024 * 1024,
            ["maxMessageSizeBytes"] = MessageParser.MaxMessageLength,
            ["maxWriteBatchSize"] = 25_000,
            ["localTime"] = time.GetUtcNow().UtcDateTime,
            ["logicalSessionTimeoutMinutes"] = 30,
            ["connectionId"] = context.Session.ConnectionId,
            ["minWireVersion"] = 0,
            ["maxWireVersion"] = MaxWireVersion,
            ["readOnly"] = false,
        };
        if (request.Contains("saslSupportedMechs"))
            reply["saslSupportedMechs"] = new BsonArray { "SCRAM-SHA-256" };
        if (request.GetValue("speculativeAuthenticate", null) is BsonDocument start && start.GetValue("mechanism", "") == "SCRAM-SHA-256")
        {
            // A speculation that fails is left out; the driver then authenticates in the ordinary way and gets the error there.
            try
            {
                reply["speculativeAuthenticate"] = Start(context.Session, start, start.GetValue("db", "admin").AsString);
            }
            catch (CommandFailure)
            {
                context.Session.Conversation = null;
            }
        }

        context.Succeed(reply);
    }

    private void SaslStart(CommandContext context)
    {
        var request = context.Request.Document;
        if (request.GetValue("mechanism", "") != "SCRAM-SHA-256")
            throw new CommandFailure(334, "MechanismUnavailable", "Only SCRAM-SHA-256 is supported");
        context.Succeed(Start(context.Session, request, context.Request.Database));
    }

    private BsonDocument Start(ClientSession session, BsonDocument request, string database)
    {
        session.UserId = null;
        session.Conversation = ScramConversation.Start(Payload(request), database, users);
        return Step(session.Conversation.ServerFirst, done: false);
    }

    private void SaslContinue(CommandContext context)
    {
        var session = context.Session;
        if (session.Conversation is not { } conversation)
        {
            // Some drivers end with an empty exchange.
            if (session.UserId is null)
                throw new CommandFailure(17, "ProtocolError", "No SASL session state found");
            context.Succeed(Step("", done: true));
            return;
        }

        session.Conversation = null;
        var final = conversation.Finish(Payload(context.Request.Document));
        session.UserId = conversation.UserId;
        context.Succeed(Step(final, done: true));
    }

    private static void Logout(CommandContext context)
    {
        context.Session.UserId = null;
        context.Succeed();
    }

    private static string Payload(BsonDocument request) => Encoding.UTF8.GetString(request["payload"].AsByteArray);

    private static BsonDocument Step(string payload, bool done) => new() { ["conversationId"] = 1, ["done"] = done, ["payload"] = Encoding.UTF8.GetBytes(payload) };
}
