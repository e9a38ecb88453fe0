using Garnet;
using Microsoft.Extensions.Logging;

namespace CreditSystem.Dev.Redis;

/// <summary>Garnet inside this process, with an append-only file below the data directory.</summary>
internal sealed class RedisServerProcess : IDisposable
{
    private readonly GarnetServer _server;
    private readonly ILoggerFactory _loggers;

    private RedisServerProcess(GarnetServer server, ILoggerFactory loggers)
    {
        _server = server;
        _loggers = loggers;
    }

    public static RedisServerProcess Start(DevRedisOptions options)
    {
        Directory.CreateDirectory(options.DataDirectory);
        var loggers = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Error).AddSimpleConsole(console => console.SingleLine = true));
        try
        {
            var server = new GarnetServer(Arguments(options), loggers);
            server.Start();
            return new RedisServerProcess(server, loggers);
        }
        catch (Exception exception)
        {
            loggers.Dispose();
            throw new DevServerException(
                ExitCodes.ConfigurationInvalid,
                $"Garnet cannot be started on 127.0.0.1:{options.Port}: {exception.Message}. Choose another port with REDIS_PORT or another "
                + "folder with DEV_DATA_DIRECTORY.",
                exception);
        }
    }

    /// <summary>Writes what has been acknowledged since the last write, at most a few milliseconds' worth, to disk.</summary>
    public Task SaveAsync() => _server.Store.CommitAOFAsync(CancellationToken.None).AsTask();

    public void Dispose()
    {
        _server.Dispose();
        _loggers.Dispose();
    }

    private static string[] Arguments(DevRedisOptions options)
    {
        string[] arguments =
        [
            "--bind", "127.0.0.1",
            "--port", options.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            "--memory", "256m",
            "--page", "4m",
            "--index", "16m",
            "--aof-memory", "64m",
            "--aof",
            "--aof-commit-freq", "5",
            "--recover",
            "--checkpointdir", options.DataDirectory,
            "--lua",
            // Without it two scripts on the same key run into each other, which Redis' never do.
            "--lua-transaction-mode",
            // The native device needs libaio, which a bare machine does not have.
            "--device-type", "RandomAccess",
            "-q",
        ];
        return options.Password is null ? arguments : [.. arguments, "--auth", "ACL", "--password", options.Password];
    }
}
