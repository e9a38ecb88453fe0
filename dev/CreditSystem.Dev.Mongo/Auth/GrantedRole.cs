using MongoDB.Bson;

namespace CreditSystem.Dev.Mongo.Auth;

/// <summary>The kinds of thing that a command does, coarser than MongoDB's actions and enough for its built-in roles.</summary>
[Flags]
internal enum Access
{
    None = 0,
    Read = 1,
    Write = 2,
    DatabaseAdmin = 4,
    UserAdmin = 8,
    Monitor = 16,
    All = Read | Write | DatabaseAdmin | UserAdmin | Monitor,
}

/// <summary>One of MongoDB's built-in roles, on one database.</summary>
internal sealed record GrantedRole(string Role, string Database)
{
    private static readonly Dictionary<string, Access> OnOneDatabase = new(StringComparer.Ordinal)
    {
        ["read"] = Access.Read,
        ["readWrite"] = Access.Read | Access.Write,
        ["dbAdmin"] = Access.DatabaseAdmin,
        ["userAdmin"] = Access.UserAdmin,
        ["dbOwner"] = Access.Read | Access.Write | Access.DatabaseAdmin | Access.UserAdmin,
    };

    // Only the admin database has these.
    private static readonly Dictionary<string, Access> OnEveryDatabase = new(StringComparer.Ordinal)
    {
        ["readAnyDatabase"] = Access.Read,
        ["readWriteAnyDatabase"] = Access.Read | Access.Write,
        ["dbAdminAnyDatabase"] = Access.DatabaseAdmin,
        ["userAdminAnyDatabase"] = Access.UserAdmin,
        ["clusterMonitor"] = Access.Monitor,
        ["clusterManager"] = Access.Monitor,
        ["clusterAdmin"] = Access.Monitor,
        ["hostManager"] = Access.Monitor,
        ["backup"] = Access.Read,
        ["restore"] = Access.Write,
        ["root"] = Access.All,
    };

    public Access AccessTo(string database) => OnEveryDatabase.TryGetValue(Role, out var everywhere)
        ? everywhere
        : Database == database ? OnOneDatabase[Role] : Access.None;

    /// <summary>Reads a role of createUser: a document, or a name that means the command's own database.</summary>
    public static GrantedRole Parse(BsonValue value, string defaultDatabase)
    {
        var role = value switch
        {
            BsonString name => new GrantedRole(name.Value, defaultDatabase),
            BsonDocument document when document.GetValue("role", null) is BsonString name && document.GetValue("db", null) is BsonString database => new GrantedRole(name.Value, database.Value),
            _ => throw new CommandFailure(ErrorCode.BadValue, "A role must be a name, or a document with 'role' and 'db'"),
        };
        return OnOneDatabase.ContainsKey(role.Role) || (OnEveryDatabase.ContainsKey(role.Role) && role.Database == "admin")
            ? role
            : throw new CommandFailure(ErrorCode.RoleNotFound, $"Could not find role: {role.Role}@{role.Database}");
    }

    public BsonDocument ToBson() => new() { ["role"] = Role, ["db"] = Database };
}
