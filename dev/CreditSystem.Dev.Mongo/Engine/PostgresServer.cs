using System.Diagnostics;
using System.Text.Json;
using Npgsql;

namespace CreditSystem.Dev.Mongo.Engine;

/// <summary>The engine's PostgreSQL: its cluster, its process, and how to reach it.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly string _socketDirectory;

    private PostgresServer(ChildProcess process, string socketDirectory, NpgsqlDataSource dataSource)
    {
        _process = process;
        _socketDirectory = socketDirectory;
        DataSource = dataSource;
    }

    public NpgsqlDataSource DataSource { get; }

    /// <summary>Completes when the engine ends, for any reason.</summary>
    public Task Exited => _process.Exited;

    public string LastLines => _process.LastLines;

    public static async Task<PostgresServer> StartAsync(EngineLocation engine, string dataDirectory, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(dataDirectory);
        var cluster = Path.Combine(dataDirectory, "cluster");
        await CreateClusterOnceAsync(engine, cluster, cancellationToken);
        await StaleServer.EndAsync(cluster, cancellationToken);

        var description = Path.Combine(dataDirectory, "engine.json");
        RemoveSocketDirectoryOf(description);
        // A Unix socket's path has at most 107 bytes, and a data directory may be longer than that.
        var sockets = Path.Combine(Path.GetTempPath(), $"credit-system-mongo-{Guid.NewGuid():N}");
        ServerAccount.CreatePrivateDirectory(sockets);
        await File.WriteAllTextAsync(Path.Combine(cluster, "development.conf"), PostgresSettings.Create(sockets), cancellationToken);
        await WriteDescriptionAsync(description, engine, sockets, cancellationToken);

        var account = ServerAccount.SetprivArguments(cluster, engine.Program("postgres"));
        var process = await ChildProcess.StartAsync("QUIT", [.. account, engine.Program("postgres"), "-D", cluster], onLine: null);
        var server = new PostgresServer(process, sockets, CreateDataSource(sockets));
        try
        {
            await server.WaitUntilReadyAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the engine with everything on disk.</summary>
    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        _process.Signal(NativeMethods.SigInt);
        if (await Task.WhenAny(_process.Exited, Task.Delay(TimeSpan.FromSeconds(15))) != _process.Exited)
            _process.Signal(NativeMethods.SigQuit);
        await _process.Exited;
        if (Directory.Exists(_socketDirectory))
            Directory.Delete(_socketDirectory, recursive: true);
    }

    private static async Task CreateClusterOnceAsync(EngineLocation engine, string cluster, CancellationToken cancellationToken)
    {
        if (Directory.Exists(cluster))
            return;
        var partial = cluster + ".partial";
        if (Directory.Exists(partial))
            Directory.Delete(partial, recursive: true);
        ServerAccount.CreatePrivateDirectory(partial);
        string[] initdb = [engine.Program("initdb"), "-D", partial, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-instructions"];
        var (exitCode, output) = await Command.RunAsync("setpriv", [.. ServerAccount.SetprivArguments(partial, engine.Program("initdb")), .. initdb], null, null, cancellationToken);
        if (exitCode != 0)
            throw new DevServerException(ExitCodes.ServerFailed, $"The engine's data directory cannot be created:{Environment.NewLine}{output}");
        await File.AppendAllTextAsync(Path.Combine(partial, "postgresql.conf"), "include 'development.conf'\n", cancellationToken);
        Directory.Move(partial, cluster);
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            if (_process.Exited.IsCompleted)
                throw new DevServerException(ExitCodes.ServerFailed, $"The document engine ended while it started:{Environment.NewLine}{LastLines}");
            try
            {
                await using var connection = await DataSource.OpenConnectionAsync(cancellationToken);
                return;
            }
            catch (NpgsqlException) when (clock.Elapsed < TimeSpan.FromMinutes(3))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
            }
        }
    }

    private static NpgsqlDataSource CreateDataSource(string socketDirectory)
    {
        var builder = new NpgsqlDataSourceBuilder();
        var settings = builder.ConnectionStringBuilder;
        settings.Host = socketDirectory;
        settings.Username = "postgres";
        settings.Database = "postgres";
        settings.SslMode = SslMode.Disable;
        settings.MaxPoolSize = PostgresSettings.GatewayConnections;
        settings.NoResetOnClose = true;
        settings.MaxAutoPrepare = 64;
        settings.AutoPrepareMinUsages = 2;
        settings.Timeout = 30;
        settings.CommandTimeout = 0;
        settings.Options = "-c search_path=documentdb_api_catalog,documentdb_api,public -c client_min_messages=error";
        // Documents travel as bytea, so the engine's own types need not be known.
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        return builder.Build();
    }

    private static async Task WriteDescriptionAsync(string path, EngineLocation engine, string socketDirectory, CancellationToken cancellationToken)
    {
        var description = new EngineDescription(engine.BinDirectory, socketDirectory, 5432, "postgres", "postgres");
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(description, EngineDescription.Json), cancellationToken);
    }

    private static void RemoveSocketDirectoryOf(string description)
    {
        if (!File.Exists(description))
            return;
        var previous = JsonSerializer.Deserialize<EngineDescription>(File.ReadAllText(description), EngineDescription.Json);
        if (previous?.SocketDirectory is { } folder && folder.Contains("credit-system-mongo-", StringComparison.Ordinal) && Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}

/// <summary>How to reach the engine with PostgreSQL's own programs (psql, pgbench): written next to the data.</summary>
internal sealed record EngineDescription(string BinDirectory, string SocketDirectory, int Port, string Username, string Database)
{
    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
}
