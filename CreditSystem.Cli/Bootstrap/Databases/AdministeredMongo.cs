using CreditSystem.ServiceDefaults.Certificates;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Cli.Bootstrap.Databases;

/// <summary>A MongoDB, and its administrator.</summary>
internal sealed class AdministeredMongo
{
    private const int Unauthorized = 13;
    private const int UserNotFound = 11;
    private const string DefaultDatabase = "credit_system";

    private readonly TimeSpan timeout;

    /// <param name="connectionString">The administrator's.</param>
    /// <param name="password">The administrator's, in place of the one in the connection string; null for that one.</param>
    /// <param name="timeout">How long the server may take until it answers.</param>
    /// <exception cref="CommandException">It is no connection string, or names nobody whose password it could be.</exception>
    public AdministeredMongo(string connectionString, string? password, TimeSpan timeout)
    {
        this.timeout = timeout;
        try
        {
            var address = new MongoUrlBuilder(connectionString);
            if (password is not null && string.IsNullOrEmpty(address.Username))
                throw new CommandException(
                    "ConnectionStrings__mongodb names no administrator (mongodb://<user>@<host>:<port>/<database>?authSource=admin).");
            address.Password = password ?? address.Password;
            Administrator = address.ToMongoUrl();
            Address = $"{MongoClientSettings.FromUrl(Administrator).Server}";
        }
        catch (Exception exception) when (exception is MongoConfigurationException or ArgumentException)
        {
            // The driver's message would repeat the string.
            throw new CommandException("ConnectionStrings__mongodb is no MongoDB connection string.");
        }
    }

    public MongoUrl Administrator { get; }

    /// <summary>The database of the application.</summary>
    public string Database => Administrator.DatabaseName ?? DefaultDatabase;

    /// <summary>For people: host and port.</summary>
    public string Address { get; }

    /// <summary>Shown to a server that speaks TLS, with the authorities that are trusted there; null for the machine's own.</summary>
    public CertificateSet? Certificate { get; set; }

    /// <summary>The database of the application, as the administrator sees it.</summary>
    public IMongoDatabase Open() => Open(Administrator).GetDatabase(Database);

    /// <summary>Gives the administrator the password of <see cref="Administrator"/>, unless that one is good already.</summary>
    /// <param name="previous">The one that the server has.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task AdmitAsync(string previous, CancellationToken cancellationToken) =>
        AskAsync("does not take the administrator's new password", async () =>
        {
            if (await LogsInAsync(Administrator, cancellationToken))
                return;
            var before = new MongoUrlBuilder(Administrator.Url) { Password = previous }.ToMongoUrl();
            await Open(before).GetDatabase(Administrator.AuthenticationSource ?? Administrator.DatabaseName ?? "admin")
                .RunCommandAsync<BsonDocument>(
                    new BsonDocument { ["updateUser"] = Administrator.Username, ["pwd"] = Administrator.Password },
                    cancellationToken: cancellationToken);
        });

    /// <summary>A server that lets anybody in makes a password worth nothing.</summary>
    /// <exception cref="CommandException">It does.</exception>
    public async Task RequireAuthenticationAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ListAsync(Open(Administrator, asAnybody: true), cancellationToken);
        }
        catch (MongoCommandException refusal) when (refusal.Code == Unauthorized)
        {
            return;
        }

        throw new CommandException($"MongoDB at {Address} lets anybody in: start it with a root user and with authorization.");
    }

    /// <summary>Whether the user of a connection string gets in, and may read the database.</summary>
    public async Task<bool> LogsInAsync(MongoUrl user, CancellationToken cancellationToken)
    {
        try
        {
            await ListAsync(Open(user), cancellationToken);
            return true;
        }
        catch (MongoAuthenticationException)
        {
            return false;
        }
        catch (MongoCommandException refusal) when (refusal.Code is Unauthorized or UserNotFound)
        {
            // Refused without the role, so that it is given again.
            return false;
        }
    }

    /// <exception cref="CommandException">It fails; the message says that the server <paramref name="otherwise"/>, and why.</exception>
    public async Task AskAsync(string otherwise, Func<Task> ask)
    {
        try
        {
            await ask();
        }
        catch (Exception exception) when (exception is MongoException or TimeoutException)
        {
            throw new CommandException($"MongoDB at {Address} {otherwise}: {Describe(exception)}", exception);
        }
    }

    private async Task ListAsync(MongoClient client, CancellationToken cancellationToken) =>
        await (await client.GetDatabase(Database).ListCollectionNamesAsync(cancellationToken: cancellationToken))
            .AnyAsync(cancellationToken);

    private MongoClient Open(MongoUrl user, bool asAnybody = false)
    {
        var client = MongoClientSettings.FromUrl(user);
        client.ServerSelectionTimeout = timeout;
        if (asAnybody)
            client.Credential = null;
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
        TimeoutException => $"no answer within {timeout.TotalSeconds:0} s.",
        MongoCommandException command => $"{command.CodeName} ({command.Code}).",
        _ => $"{exception.GetType().Name}.",
    };
}
