using CreditSystem.Cli.Bootstrap.Values;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Cli.Bootstrap.Databases;

/// <summary>The application's own MongoDB user: it reads and writes its database and nothing else.</summary>
internal sealed class MongoStep(AdministeredMongo server, ChangeReporter changes)
{
    public AdministeredMongo Server => server;

    /// <summary>Fills in the secret: who and where. The user itself follows with <see cref="ApplyAsync"/>.</summary>
    public void Describe(SecretDraft secret, bool withRootCredentials)
    {
        var administrator = server.Administrator;
        var address = administrator.Server ?? administrator.Servers.First();
        var user = secret.SetIfMissing("user", () => "credit-system-api");
        var password = secret.SetIfMissing("user_password", Generated.Password);
        secret.Set("database_name", server.Database);
        secret.Set("service_name", address.Host);
        secret.Set("port", $"{address.Port}");
        secret.Set("connection_string", new MongoUrlBuilder(administrator.Url)
        {
            Username = user,
            Password = password,
            DatabaseName = server.Database,
            AuthenticationSource = server.Database,
        }.ToString());
        if (withRootCredentials && administrator.Username is { } root && administrator.Password is { } rootPassword)
        {
            secret.Set("root_user", root);
            secret.Set("root_password", rootPassword);
        }
    }

    /// <summary>Makes the user as the secret says, or gives it that password and those rights again.</summary>
    /// <exception cref="CommandException">The server does not do it.</exception>
    public Task ApplyAsync(SecretDraft secret, CancellationToken cancellationToken) => server.AskAsync("does not do it", async () =>
    {
        var name = secret["user"]!;
        var database = server.Open();
        var user = new BsonDocument
        {
            ["pwd"] = secret["user_password"],
            ["roles"] = new BsonArray { new BsonDocument { ["role"] = "readWrite", ["db"] = server.Database } },
        };
        await server.RequireAuthenticationAsync(cancellationToken);
        var present = await RunAsync(new BsonDocument("usersInfo", name));
        var what = $"MongoDB user {server.Database}.{name} (readWrite on {server.Database})";
        var exists = present["users"].AsBsonArray.Count > 0;
        var isAsWanted = exists && await server.LogsInAsync(MongoUrl.Create(secret["connection_string"]!), cancellationToken);
        await changes.EnsureAsync(what, exists, isAsWanted,
            () => RunAsync(new BsonDocument(exists ? "updateUser" : "createUser", name).AddRange(user)));

        Task<BsonDocument> RunAsync(BsonDocument command) =>
            database.RunCommandAsync<BsonDocument>(command, cancellationToken: cancellationToken);
    });

    /// <summary>Whether data is stored that depends on keys in Vault.</summary>
    /// <exception cref="CommandException">The server does not tell.</exception>
    public async Task<StoredData> ExamineAsync(CancellationToken cancellationToken)
    {
        var (hasUsers, hasTransitTexts) = (false, false);
        await server.AskAsync("does not tell whether data depends on a key that Vault does not hold", async () =>
        {
            var users = server.Open().GetCollection<BsonDocument>("users");
            hasUsers = await users.Find(FilterDefinition<BsonDocument>.Empty).Limit(1).AnyAsync(cancellationToken);
            var encrypted = Builders<BsonDocument>.Filter.Regex("email", "^vault:");
            hasTransitTexts = await users.Find(encrypted).Limit(1).AnyAsync(cancellationToken);
        });
        return new StoredData(hasUsers, hasTransitTexts);
    }
}
