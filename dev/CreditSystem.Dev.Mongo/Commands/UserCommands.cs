using CreditSystem.Dev.Mongo.Auth;
using MongoDB.Bson;

namespace CreditSystem.Dev.Mongo.Commands;

/// <summary>Commands on users. A role can be given by who administers the users of that role's database.</summary>
internal sealed class UserCommands(UserStore users, bool requiresAuthentication)
{
    public void Register(Dictionary<string, CommandDefinition> commands)
    {
        commands["createUser"] = new CommandDefinition(CreateAsync, Access.UserAdmin);
        commands["updateUser"] = new CommandDefinition(UpdateAsync, Access.UserAdmin);
        commands["dropUser"] = new CommandDefinition(DropAsync, Access.UserAdmin);
        commands["dropAllUsersFromDatabase"] = new CommandDefinition(DropAllAsync, Access.UserAdmin);
        commands["grantRolesToUser"] = new CommandDefinition((context, token) => ChangeRolesAsync(context, (held, named) => [.. held.Union(named)], token), Access.UserAdmin);
        commands["revokeRolesFromUser"] = new CommandDefinition((context, token) => ChangeRolesAsync(context, (held, named) => [.. held.Except(named)], token), Access.UserAdmin);
        commands["usersInfo"] = new CommandDefinition(InfoAsync, null);
    }

    private async ValueTask CreateAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var request = context.Request;
        if (users.Find(UserId(context)) is not null)
            throw new CommandFailure(ErrorCode.UserAlreadyExists, $"User \"{request.Target}@{request.Database}\" already exists");
        var password = Password(request.Document) ?? throw new CommandFailure(ErrorCode.BadValue, "Must provide a 'pwd' field for all user documents, except those with '$external' as the user's source db");
        var roles = Roles(context) ?? throw new CommandFailure(ErrorCode.BadValue, "\"createUser\" command requires a \"roles\" array");
        await users.SaveAsync(new MongoUser(request.Database, request.RequireTarget(), ScramCredential.Create(password), roles), cancellationToken);
        context.Succeed();
    }

    private async ValueTask UpdateAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var user = Existing(context);
        var password = Password(context.Request.Document);
        var roles = Roles(context);
        if (password is null && roles is null)
            throw new CommandFailure(ErrorCode.BadValue, "Must specify at least one field to update in updateUser");
        await users.SaveAsync(user with { Credential = password is null ? user.Credential : ScramCredential.Create(password), Roles = roles ?? user.Roles }, cancellationToken);
        context.Succeed();
    }

    private async ValueTask DropAsync(CommandContext context, CancellationToken cancellationToken)
    {
        await users.DeleteAsync(Existing(context).Id, cancellationToken);
        context.Succeed();
    }

    private async ValueTask DropAllAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var dropped = users.All.Where(user => user.Database == context.Request.Database).ToArray();
        foreach (var user in dropped)
            await users.DeleteAsync(user.Id, cancellationToken);
        context.Succeed(new BsonDocument("n", dropped.Length));
    }

    private async ValueTask ChangeRolesAsync(CommandContext context, Func<IReadOnlyList<GrantedRole>, IReadOnlyList<GrantedRole>, GrantedRole[]> change, CancellationToken cancellationToken)
    {
        var user = Existing(context);
        await users.SaveAsync(user with { Roles = change(user.Roles, Roles(context) ?? []) }, cancellationToken);
        context.Succeed();
    }

    private ValueTask InfoAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var asked = context.Request.Document["usersInfo"];
        var found = users.All.Where(user => Matches(user, asked, context.Request.Database)).ToArray();
        var self = context.Session.UserId;
        var mayAdminister = !requiresAuthentication || (self is not null && users.Find(self)!.AccessTo(context.Request.Database).HasFlag(Access.UserAdmin));
        if (!mayAdminister && (found.Length == 0 || found.Any(user => user.Id != self)))
            throw new CommandFailure(ErrorCode.Unauthorized, $"not authorized on {context.Request.Database} to execute command usersInfo");
        context.Succeed(new BsonDocument("users", new BsonArray(found.Select(Describe))));
        return ValueTask.CompletedTask;
    }

    private static bool Matches(MongoUser user, BsonValue asked, string database) => asked switch
    {
        BsonArray several => several.Any(one => Matches(user, one, database)),
        BsonString name => user.Name == name.Value && user.Database == database,
        BsonDocument document when document.Contains("forAllDBs") => true,
        BsonDocument document => document.GetValue("user", "") == user.Name && document.GetValue("db", database) == user.Database,
        _ => user.Database == database,
    };

    private static BsonDocument Describe(MongoUser user) => new()
    {
        ["_id"] = user.Id,
        ["user"] = user.Name,
        ["db"] = user.Database,
        ["roles"] = new BsonArray(user.Roles.Select(role => role.ToBson())),
        ["mechanisms"] = new BsonArray { "SCRAM-SHA-256" },
    };

    private static string UserId(CommandContext context) => UserStore.Id(context.Request.Database, context.Request.RequireTarget());

    private MongoUser Existing(CommandContext context) =>
        users.Find(UserId(context)) ?? throw new CommandFailure(ErrorCode.UserNotFound, $"User '{context.Request.Target}@{context.Request.Database}' not found");

    private static string? Password(BsonDocument request) => request.GetValue("pwd", null) switch
    {
        null => null,
        BsonString { Value.Length: > 0 } password => password.Value,
        _ => throw new CommandFailure(ErrorCode.BadValue, "User passwords must be a non-empty string"),
    };

    private GrantedRole[]? Roles(CommandContext context)
    {
        if (context.Request.Document.GetValue("roles", null) is not BsonArray array)
            return null;
        var roles = array.Select(role => GrantedRole.Parse(role, context.Request.Database)).ToArray();
        var giver = context.Session.UserId is { } id ? users.Find(id) : null;
        var forbidden = requiresAuthentication ? Array.Find(roles, role => giver is null || !giver.AccessTo(role.Database).HasFlag(Access.UserAdmin)) : null;
        return forbidden is null ? roles : throw new CommandFailure(ErrorCode.Unauthorized, $"not authorized to grant role {forbidden.Role}@{forbidden.Database}");
    }
}
