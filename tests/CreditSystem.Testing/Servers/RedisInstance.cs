using System.Security.Cryptography;
using StackExchange.Redis;

namespace CreditSystem.Testing.Servers;

/// <summary>A Redis of one test's own: it can be killed and started again on the same port with the same data.</summary>
public sealed class RedisInstance : IAsyncDisposable
{
    private readonly string _dataDirectory = Directory.CreateTempSubdirectory("credit-system-redis-test-").FullName;
    private DevServerProcess? _process;

    private RedisInstance()
    {
    }

    public int Port { get; } = FreePort.Take();

    /// <summary>Random; set before a start, it becomes the password from then on.</summary>
    public string Password { get; set; } = RandomNumberGenerator.GetHexString(24, lowercase: true);

    /// <summary>The connection string, of the shape that Aspire's hosting integration gives.</summary>
    public string ConnectionString => $"127.0.0.1:{Port},password={Password}";

    public string Output => _process?.Output ?? "";

    /// <summary>One that is started later.</summary>
    public static RedisInstance Create() => new();

    public static async Task<RedisInstance> StartAsync(CancellationToken cancellationToken)
    {
        var instance = new RedisInstance();
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
    public async Task StartAgainAsync(CancellationToken cancellationToken) => _process = await DevServerProcess.StartAsync("CreditSystem.Dev.Redis", new Dictionary<string, string>
    {
        ["REDIS_PASSWORD"] = Password,
        ["REDIS_PORT"] = $"{Port}",
        ["DEV_DATA_DIRECTORY"] = _dataDirectory,
    }, cancellationToken);

    /// <summary>Ends it with SIGKILL.</summary>
    public Task KillAsync() => Running.KillAsync();

    /// <summary>Ends it with SIGTERM. Its exit code.</summary>
    public Task<int> StopAsync() => Running.TerminateAsync();

    /// <summary>A connection of the caller's own.</summary>
    public Task<ConnectionMultiplexer> ConnectAsync() => ConnectionMultiplexer.ConnectAsync(ConnectionString);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        Directory.Delete(_dataDirectory, recursive: true);
    }

    private DevServerProcess Running => _process ?? throw new InvalidOperationException("The server has not been started.");
}
