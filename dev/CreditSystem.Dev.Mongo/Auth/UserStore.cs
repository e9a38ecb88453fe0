using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using MongoDB.Bson;
using Npgsql;

namespace CreditSystem.Dev.Mongo.Auth;

/// <summary>A user of the server. Its identity is the database that it authenticates against and its name.</summary>
internal sealed record MongoUser(string Database, string Name, ScramCredential Credential, IReadOnlyList<GrantedRole> Roles)
{
    public string Id => UserStore.Id(Database, Name);

    public Access AccessTo(string database) => Roles.Aggregate(Access.None, (access, role) => access | role.AccessTo(database));
}

/// <summary>The users, kept in the engine and in memory. This process is the only one that changes them.</summary>
internal sealed class UserStore(NpgsqlDataSource dataSource)
{
    private readonly ConcurrentDictionary<string, MongoUser> _users = new(StringComparer.Ordinal);
    private readonly byte[] _decoyKey = RandomNumberGenerator.GetBytes(32);

    public static string Id(string database, string name) => $"{database}.{name}";

    public MongoUser? Find(string id) => _users.GetValueOrDefault(id);

    public IEnumerable<MongoUser> All => _users.Values.OrderBy(user => user.Id, StringComparer.Ordinal);

    /// <summary>A credential that nobody has, the same at every try.</summary>
    public ScramCredential DecoyFor(string id) => new(HMACSHA256.HashData(_decoyKey, Encoding.UTF8.GetBytes(id))[..28], 4096, new byte[32], new byte[32]);

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT document FROM gateway.users");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var user = Read(Wire.CommandRequest.Parse(reader.GetFieldValue<byte[]>(0)));
            _users[user.Id] = user;
        }
    }

    public async Task SaveAsync(MongoUser user, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("INSERT INTO gateway.users (id, document) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET document = EXCLUDED.document");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = user.Id });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Write(user).ToBson() });
        await command.ExecuteNonQueryAsync(cancellationToken);
        _users[user.Id] = user;
    }

    /// <summary>False when there is no such user.</summary>
    public async Task<bool> DeleteAsync(string id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("DELETE FROM gateway.users WHERE id = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        var deleted = await command.ExecuteNonQueryAsync(cancellationToken) > 0;
        return _users.TryRemove(id, out _) || deleted;
    }

    private static BsonDocument Write(MongoUser user) => new()
    {
        ["db"] = user.Database,
        ["user"] = user.Name,
        ["salt"] = user.Credential.Salt,
        ["iterations"] = user.Credential.Iterations,
        ["storedKey"] = user.Credential.StoredKey,
        ["serverKey"] = user.Credential.ServerKey,
        ["roles"] = new BsonArray(user.Roles.Select(role => role.ToBson())),
    };

    private static MongoUser Read(BsonDocument document) => new(
        document["db"].AsString,
        document["user"].AsString,
        new ScramCredential(document["salt"].AsByteArray, document["iterations"].AsInt32, document["storedKey"].AsByteArray, document["serverKey"].AsByteArray),
        [.. document["roles"].AsBsonArray.Select(role => GrantedRole.Parse(role, ""))]);
}
