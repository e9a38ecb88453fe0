using System.Globalization;
using CreditSystem.Cli.Bootstrap.Values;
using CreditSystem.ServiceDefaults.Certificates;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Cli.Bootstrap.Databases;

/// <summary>The application's own MongoDB user: it reads and writes its database and nothing else.</summary>
internal sealed class MongoStep
{
    private const int Unauthorized = 13;
    private const int UserNotFound = 11;
    private const string DefaultDatabase = "credit_system";

    private readonly MongoClientSettings settings;
    private readonly ChangeReporter changes;

    /// <param name="connectionString">The administrator's.</param>
    /// <param name="password">The administrator's, in place of the one in the connection string; null for that one.</param>
    /// <param name="patience">How long the server may take until it answers.</param>
    /// <param name="changes">Says what is done.</param>
    /// <exception cref="CommandException">It is no connection string, or names nobody whose password it could be.</exception>
    public MongoStep(string connectionString, string? password, TimeSpan patience, ChangeReporter changes)
    {
        this.changes = changes;
        try
        {
            var address = new MongoUrlBuilder(connectionString);
            if (password is not null && string.IsNullOrEmpty(address.Username))
                throw new CommandException(
                    "ConnectionStrings__mongodb names no administrator (mongodb://<user>@<host>:<port>/<database>?authSource=admin).");
            address.Password = password ?? address.Password;
            Administrator = address.ToMongoUrl();
            settings = MongoClientSettings.FromUrl(Administrator);
            settings.ServerSelectionTimeout = patience;
        }
        catch (Exception exception) when (exception is MongoConfigurationException or ArgumentException)
        {
            // The driver's message would repeat the string.
            throw new CommandException("ConnectionStrings__mongodb is no MongoDB connection string.");
        }
    }

    public MongoUrl Administrator { get; }

    /// <summary>Shown to a server that speaks TLS, with the authorities that are trusted there; null for the machine's own.</summary>
    public CertificateSet? Certificate { get; set; }

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
        var database = Open(settings.Clone()).GetDatabase(Database);
        var user = new BsonDocument
        {
            ["pwd"] = secret["user_password"],
            ["roles"] = new BsonArray { new BsonDocument { ["role"] = "readWrite", ["db"] = Database } },
        };
        async Task RunAsync(BsonDocument command) =>
            await database.RunCommandAsync<BsonDocument>(command, cancellationToken: cancellationToken);
        try
        {
            await RequireAuthenticationAsync(cancellationToken);
            var present = await database.RunCommandAsync<BsonDocument>(
                new BsonDocument("usersInfo", name), cancellationToken: cancellationToken);
            var what = $"MongoDB user {Database}.{name} (readWrite on {Database})";
            if (present["users"].AsBsonArray.Count == 0)
                await changes.AddAsync(what, () => RunAsync(new BsonDocument("createUser", name).AddRange(user)));
            else if (await LogsInAsync(MongoUrl.Create(secret["connection_string"]!), cancellationToken))
                changes.Keep(what);
            else
                await changes.ChangeAsync(what, () => RunAsync(new BsonDocument("updateUser", name).AddRange(user)));
        }
        catch (Exception exception) when (exception is MongoException or TimeoutException)
        {
            throw new CommandException($"MongoDB at {settings.Server} does not do it: {Describe(exception)}", exception);
        }
    }

    /// <summary>Whether data is stored that depends on keys in Vault.</summary>
    /// <exception cref="CommandException">The server does not tell.</exception>
    public async Task<StoredData> ExamineAsync(CancellationToken cancellationToken)
    {
        try
        {
            var users = Open(settings.Clone()).GetDatabase(Database).GetCollection<BsonDocument>("users");
            Task<bool> HasAsync(FilterDefinition<BsonDocument> filter) => users.Find(filter).Limit(1).AnyAsync(cancellationToken);
            return new StoredData(await HasAsync(FilterDefinition<BsonDocument>.Empty),
                await HasAsync(Builders<BsonDocument>.Filter.Regex("email", "^vault:")));
        }
        catch (Exception exception) when (exception is MongoException or TimeoutException)
        {
            throw new CommandException(
                $"MongoDB at {settings.Server} does not tell whether data depends on a key that Vault does not hold: {Describe(exception)}",
                exception);
        }
    }

    /// <summary>Gives the administrator the password of <see cref="Administrator"/>, unless that one is good already.</summary>
    /// <param name="previous">The one that the server has.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task AdmitAsync(string previous, CancellationToken cancellationToken)
    {
        var source = Administrator.AuthenticationSource ?? Administrator.DatabaseName ?? "admin";
        try
        {
            if (await LogsInAsync(Administrator, cancellationToken))
                return;
            var before = new MongoUrlBuilder(Administrator.Url) { Password = previous }.ToMongoUrl();
            await ClientOf(before).GetDatabase(source).RunCommandAsync<BsonDocument>(
                new BsonDocument { ["updateUser"] = Administrator.Username, ["pwd"] = Administrator.Password },
                cancellationToken: cancellationToken);
        }
        catch (Exception exception) when (exception is MongoException or TimeoutException)
        {
            throw new CommandException(
                $"MongoDB at {settings.Server} does not take the administrator's new password: {Describe(exception)}", exception);
        }
    }

    /// <summary>A server that lets anybody in makes a password worth nothing.</summary>
    private async Task RequireAuthenticationAsync(CancellationToken cancellationToken)
    {
        var anybody = settings.Clone();
        anybody.Credential = null;
        try
        {
            await (await Open(anybody).GetDatabase(Database).ListCollectionNamesAsync(
                cancellationToken: cancellationToken)).AnyAsync(cancellationToken);
        }
        catch (MongoCommandException refusal) when (refusal.Code == Unauthorized)
        {
            return;
        }

        throw new CommandException($"MongoDB at {settings.Server} lets anybody in: start it with a root user and with authorization.");
    }

    private async Task<bool> LogsInAsync(MongoUrl address, CancellationToken cancellationToken)
    {
        try
        {
            // Refused without the role, so that it is given again.
            await (await ClientOf(address).GetDatabase(Database).ListCollectionNamesAsync(
                cancellationToken: cancellationToken)).AnyAsync(cancellationToken);
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

    private MongoClient ClientOf(MongoUrl address)
    {
        var own = MongoClientSettings.FromUrl(address);
        own.ServerSelectionTimeout = settings.ServerSelectionTimeout;
        return Open(own);
    }

    private MongoClient Open(MongoClientSettings client)
    {
        if (client.UseTls && Certificate is { } set)
            client.SslSettings = new SslSettings
            {
                CheckCertificateRevocation = false,
                ClientCertificates = [set.Certificate],
                ServerCertificateValidationCallback = (_, certificate, chain, errors) => set.IsTrusted(certificate, chain, errors),
            };
        return new MongoClient(client);
    }

    private string Describe(Exception exception) => exception switch
    {
        MongoAuthenticationException => "it refuses the administrator's credentials.",
        TimeoutException => $"no answer within {settings.ServerSelectionTimeout.TotalSeconds:0} s.",
        MongoCommandException command => $"{command.CodeName} ({command.Code}).",
        _ => $"{exception.GetType().Name}.",
    };
}
