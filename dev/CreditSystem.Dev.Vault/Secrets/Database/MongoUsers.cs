using System.Text.Json;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Dev.Vault.Secrets.Database;

/// <summary>Creates, changes and drops users as Vault's <c>mongodb-database-plugin</c> does.</summary>
internal sealed class MongoUsers : IDisposable
{
    private const int UserNotFound = 11;

    private readonly MongoClient _client;
    private readonly string _database;

    private MongoUsers(MongoClient client, string database) => (_client, _database) = (client, database);

    /// <exception cref="VaultFault">The URL is not one.</exception>
    public static MongoUsers Connect(Connection connection, string password, TimeSpan timeout)
    {
        try
        {
            var text = connection.ConnectionUrl
                .Replace("{{username}}", Uri.EscapeDataString(connection.Username), StringComparison.Ordinal)
                .Replace("{{password}}", Uri.EscapeDataString(password), StringComparison.Ordinal);
            var url = MongoUrl.Create(text);
            var settings = MongoClientSettings.FromUrl(url);
            settings.ServerSelectionTimeout = settings.ConnectTimeout = timeout;
            return new MongoUsers(new MongoClient(settings), url.DatabaseName ?? "admin");
        }
        catch (MongoConfigurationException exception)
        {
            throw VaultFault.BadRequest($"error creating database object: {exception.Message}");
        }
    }

    public Task VerifyAsync() => RunAsync("admin", new BsonDocument("connectionStatus", 1));

    /// <param name="statement">JSON: the database and the roles.</param>
    public Task CreateAsync(string username, string password, string statement)
    {
        var (database, roles) = Parse(statement);
        return RunAsync(database, new BsonDocument { ["createUser"] = username, ["pwd"] = password, ["roles"] = roles });
    }

    /// <summary>In the database that the connection's URL names; in <c>admin</c> where it names none.</summary>
    public Task ChangePasswordAsync(string username, string password, bool isRoot = false) =>
        RunAsync(isRoot ? "admin" : _database, new BsonDocument { ["updateUser"] = username, ["pwd"] = password });

    public async Task DropAsync(string username, string? statement)
    {
        try
        {
            await RunAsync(statement is null ? "admin" : Parse(statement).Database, new BsonDocument("dropUser", username));
        }
        catch (MongoCommandException exception) when (exception.Code == UserNotFound)
        {
            // Somebody else has dropped it.
        }
    }

    public void Dispose() => _client.Dispose();

    private Task<BsonDocument> RunAsync(string database, BsonDocument command) => _client.GetDatabase(database).RunCommandAsync<BsonDocument>(command);

    private static (string Database, BsonArray Roles) Parse(string statement)
    {
        try
        {
            var parsed = BsonDocument.Parse(statement);
            var roles = parsed.GetValue("roles", new BsonArray()).AsBsonArray;
            return (parsed.GetValue("db", "admin").AsString, [.. roles.Select(Role)]);
        }
        catch (Exception exception) when (exception is FormatException or InvalidCastException or JsonException)
        {
            throw VaultFault.BadRequest($"the statement is not JSON with \"db\" and \"roles\": {exception.Message}");
        }
    }

    /// <summary>A role without a database is one of the user's own database.</summary>
    private static BsonValue Role(BsonValue role) =>
        role is BsonDocument document && !document.Contains("db") ? document["role"] : role;
}
