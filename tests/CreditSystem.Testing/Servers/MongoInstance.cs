using System.Security.Cryptography;
using MongoDB.Driver;

namespace CreditSystem.Testing.Servers;

/// <summary>A MongoDB of one test's own: it can be killed and started again on the same port with the same data.</summary>
public sealed class MongoInstance : IAsyncDisposable
{
    private readonly string _dataDirectory = Directory.CreateTempSubdirectory("credit-system-mongo-test-").FullName;
    private DevServerProcess? _process;

    private MongoInstance()
    {
    }

    public int Port { get; } = FreePort.Take();

    public string Username { get; } = "admin";

    /// <summary>Random; set before a start, it becomes the password from then on.</summary>
    public string Password { get; set; } = RandomNumberGenerator.GetHexString(24, lowercase: true);

    /// <summary>The administrator's connection string, of the shape that Aspire's hosting integration gives.</summary>
    public string ConnectionString => $"mongodb://{Username}:{Password}@127.0.0.1:{Port}/?authSource=admin&authMechanism=SCRAM-SHA-256";

    /// <summary>Where the server keeps its data; <c>engine.json</c> in it tells how to reach the engine.</summary>
    public string DataDirectory => _dataDirectory;

    public string Output => _process?.Output ?? "";

    /// <summary>One that is started later.</summary>
    public static MongoInstance Create() => new();

    public static async Task<MongoInstance> StartAsync(CancellationToken cancellationToken)
    {
        var instance = new MongoInstance();
        try
        {
            await instance.StartAgainAsync(cancellationToken);
            return instance;
        }
        catch
        {
            await instance.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it after <see cref="KillAsync"/> or <see cref="StopAsync"/>, on the same port with the same data.</summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken) => _process = await DevServerProcess.StartAsync("CreditSystem.Dev.Mongo", new Dictionary<string, string>
    {
        ["MONGO_INITDB_ROOT_USERNAME"] = Username,
        ["MONGO_INITDB_ROOT_PASSWORD"] = Password,
        ["MONGO_PORT"] = $"{Port}",
        ["DEV_DATA_DIRECTORY"] = _dataDirectory,
    }, cancellationToken);

    /// <summary>Ends it with SIGKILL; its engine ends without writing anything more.</summary>
    public Task KillAsync() => Running.KillAsync();

    /// <summary>Ends it with SIGTERM. Its exit code.</summary>
    public Task<int> StopAsync() => Running.TerminateAsync();

    /// <summary>A client of its own, so that closing its connections disturbs nobody.</summary>
    public MongoClient CreateClient(Action<MongoClientSettings>? configure = null)
    {
        var settings = MongoClientSettings.FromConnectionString(ConnectionString);
        configure?.Invoke(settings);
        return new MongoClient(settings);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        Directory.Delete(_dataDirectory, recursive: true);
    }

    private DevServerProcess Running => _process ?? throw new InvalidOperationException("The server has not been started.");
}
