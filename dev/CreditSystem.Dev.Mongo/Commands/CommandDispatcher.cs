using CreditSystem.Dev.Mongo.Auth;
using MongoDB.Bson;
using Npgsql;

namespace CreditSystem.Dev.Mongo.Commands;

internal delegate ValueTask CommandHandler(CommandContext context, CancellationToken cancellationToken);

/// <summary>A command's handler and what a user must be allowed on the command's database to run it; null: nothing but having authenticated.</summary>
internal sealed record CommandDefinition(CommandHandler Handler, Access? Requires, bool BeforeAuthentication = false);

/// <summary>Finds the command, checks who may run it, runs it, and turns what goes wrong into MongoDB's errors.</summary>
internal sealed class CommandDispatcher(IReadOnlyDictionary<string, CommandDefinition> commands, UserStore users, bool requiresAuthentication)
{
    public async ValueTask ExecuteAsync(CommandContext context, CancellationToken cancellationToken)
    {
        try
        {
            if (!commands.TryGetValue(context.Request.Name, out var command))
            {
                RequireUser(context);
                throw new CommandFailure(ErrorCode.CommandNotFound, $"no such command: '{context.Request.Name}'");
            }

            if (requiresAuthentication && !command.BeforeAuthentication)
                Authorize(context, command.Requires);
            await command.Handler(context, cancellationToken);
        }
        catch (CommandFailure failure)
        {
            context.Fail(failure);
        }
        catch (PostgresException exception)
        {
            context.Fail(EngineErrors.ToFailure(exception, context.Request.Namespace));
        }
        catch (NpgsqlException exception)
        {
            context.Fail(new CommandFailure(ErrorCode.InterruptedAtShutdown, $"The engine does not answer: {exception.Message}"));
        }
        catch (Exception exception) when (exception is FormatException or InvalidCastException or KeyNotFoundException or EndOfStreamException or BsonException)
        {
            context.Fail(new CommandFailure(ErrorCode.BadValue, $"The command '{context.Request.Name}' is malformed: {exception.Message}"));
        }
    }

    private MongoUser? RequireUser(CommandContext context)
    {
        if (!requiresAuthentication)
            return null;
        return context.Session.UserId is { } id && users.Find(id) is { } user
            ? user
            : throw new CommandFailure(ErrorCode.Unauthorized, $"Command {context.Request.Name} requires authentication");
    }

    private void Authorize(CommandContext context, Access? requires)
    {
        var user = RequireUser(context)!;
        var request = context.Request;
        var needed = requires ?? Access.None;
        if (request.Name == "aggregate" && (request.Body.Span.IndexOf("$out"u8) >= 0 || request.Body.Span.IndexOf("$merge"u8) >= 0))
            needed |= Access.Write;
        if ((user.AccessTo(request.Database) & needed) != needed)
            throw new CommandFailure(ErrorCode.Unauthorized, $"not authorized on {request.Database} to execute command {request.Name}");
    }
}
