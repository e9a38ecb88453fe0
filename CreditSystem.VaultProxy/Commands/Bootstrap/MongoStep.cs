using System.Globalization;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.VaultProxy.Commands.Bootstrap;

/// <summary>The application's own MongoDB user: it reads and writes its database and nothing else.</summary>
internal sealed class MongoStep
{
    private const int Unauthorized = 13;
    private const int UserNotFound = 11;
    private const string DefaultDatabase = "credit_system";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly MongoClientSettings settings;
    private readonly Changes changes;

    /// <exception cref="CommandFailure">It is no connection string.</exception>
    public MongoStep(string connectionString, Changes changes)
    {
        this.changes = changes;
        try
        {
            Administrator = MongoUrl.Create(connectionString);
            settings = MongoClientSettings.FromUrl(Administrator);
            settings.ServerSelectionTimeout = Patience;
        }
        catch (Exception exception) when (exception is MongoConfigurationException or ArgumentException)
        {
            // The driver's message would repeat the string.
            throw new CommandFailure("ConnectionStrings__mongodb is no MongoDB connection string.");
        }
    }

    public MongoUrl Administrator { get; }

    public string Database => Administrator.DatabaseName ?? DefaultDatabase;

    /// <summary>Fills in the secret: who and where. The user itself follows with <see cref="ApplyAsync"/>.</summary>
    public void Describe(SecretDraft secret, bool withRootCredentials)
    {
        var server = Administrator.Server ?? Administrator.Servers.First();
        var user = secret.SetIfMissing("user", () => "credit-system-api");
        var password = secret.SetIfMissing("user_password", Generated.Password);
        secret.Set("database_name", Database);
        secret.Set("service_name", server.Host);
        secret.Set("port", server.Port.ToString(CultureInfo.InvariantCulture));
        secret.Set("connection_string", new MongoUrlBuilder(Administrator.Url)
        {
            Username = user,
            Password = password,
            DatabaseName = Database,
            AuthenticationSource = Database,
        }.ToString());
        if (withRootCredentials && Administrator.Username is { } root && Administrator.Password is { } rootPassword)
        {
            secret.Set("root_user", root);
            secret.Set("root_password", rootPassword);
        }
    }

    /// <summary>Makes the user as the secret says, or gives it that password and those rights again.</summary>
    public async Task ApplyAsync(SecretDraft secret, CancellationToken cancellationToken)
    {
        var name = secret["user"]!;
        var database = new MongoClient(settings).GetDatabase(Database);
        var user = new BsonDocument
        {
            ["pwd"] = secret["user_password"],
            ["roles"] = new BsonArray { new BsonDocument { ["role"] = "readWrite", ["db"] = Database } },
        };
        try
        {
            await RequireAuthenticationAsync(cancellationToken);
            var present = await database.RunCommandAsync<BsonDocument>(new BsonDocument("usersInfo", name), cancellationToken: cancellationToken);
            var what = $"MongoDB user {Database}.{name} (readWrite on {Database})";
            if (present["users"].AsBsonArray.Count == 0)
                await changes.AddAsync(what, () => database.RunCommandAsync<BsonDocument>(new BsonDocument("createUser", name).AddRange(user), cancellationToken: cancellationToken));
            else if (await LogsInAsync(secret["connection_string"]!, cancellationToken))
                changes.Keep(what);
            else
                await changes.ChangeAsync(what, () => database.RunCommandAsync<BsonDocument>(new BsonDocument("updateUser", name).AddRange(user), cancellationToken: cancellationToken));
        }
        catch (Exception exception) when (exception is MongoException or TimeoutException)
        {
            throw new CommandFailure($"MongoDB at {settings.Server} does not do it: {Describe(exception)}", exception);
        }
    }

    /// <summary>A server that lets anybody in makes a password worth nothing.</summary>
    private async Task RequireAuthenticationAsync(CancellationToken cancellationToken)
    {
        var anybody = settings.Clone();
        anybody.Credential = null;
        try
        {
            await (await new MongoClient(anybody).GetDatabase(Database).ListCollectionNamesAsync(cancellationToken: cancellationToken)).AnyAsync(cancellationToken);
        }
        catch (MongoCommandException refusal) when (refusal.Code == Unauthorized)
        {
            return;
        }

        throw new CommandFailure($"MongoDB at {settings.Server} lets anybody in: start it with a root user and with authorization.");
    }

    private static async Task<bool> LogsInAsync(string connectionString, CancellationToken cancellationToken)
    {
        var own = MongoClientSettings.FromConnectionString(connectionString);
        own.ServerSelectionTimeout = Patience;
        try
        {
            // Refused without the role, so that it is given again.
            await (await new MongoClient(own).GetDatabase(MongoUrl.Create(connectionString).DatabaseName).ListCollectionNamesAsync(cancellationToken: cancellationToken)).AnyAsync(cancellationToken);
            return true;
        }
        catch (MongoAuthenticationException)
        {
            return false;
        }
        catch (MongoCommandException refusal) when (refusal.Code is Unauthorized or UserNotFound)
        {
            return false;
        }
    }

    private static string Describe(Exception exception) => exception switch
    {
        MongoAuthenticationException => "it refuses the administrator's credentials.",
        TimeoutException => $"no answer within {Patience.TotalSeconds:0} s.",
        MongoCommandException command => $"{command.CodeName} ({command.Code}).",
        _ => $"{exception.GetType().Name}.",
    };
}
