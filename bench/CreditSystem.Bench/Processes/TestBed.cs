using System.Net.Http.Headers;
using System.Security.Cryptography;
using CreditSystem.ServiceDefaults.Http;

namespace CreditSystem.Bench.Processes;

/// <summary>The system on this machine: MongoDB, Redis and API processes, with data of their own that is deleted at the end.</summary>
internal sealed class TestBed : IAsyncDisposable
{
    /// <summary>The mode of replicas that share their logs out.</summary>
    public const string Clustered = "Orleans";

    /// <summary>Whose tenant <see cref="Token"/> is of.</summary>
    public const string Tenant = "bench";

    private readonly string directory = Directory.CreateTempSubdirectory("credit-system-bench-").FullName;
    private readonly string password = RandomNumberGenerator.GetHexString(24, lowercase: true);
    private readonly string signingKey = RandomNumberGenerator.GetHexString(64, lowercase: true);
    private readonly int mongoPort = ServerProcess.FreePort();
    private readonly int redisPort = ServerProcess.FreePort();
    private readonly HttpClient probe = new() { Timeout = TimeSpan.FromSeconds(2) };

    private TestBed(IReadOnlyList<Dictionary<string, string>> replicas, string? controlGroup, string? build, string? otherBuild)
    {
        Mongo = new ServerProcess("CreditSystem.Dev.Mongo", new()
        {
            ["MONGO_INITDB_ROOT_USERNAME"] = "bench",
            ["MONGO_INITDB_ROOT_PASSWORD"] = password,
            ["MONGO_PORT"] = $"{mongoPort}",
            ["DEV_DATA_DIRECTORY"] = MongoDirectory,
        }, IsReadyAsync);
        Redis = new ServerProcess("CreditSystem.Dev.Redis", new()
        {
            ["REDIS_PASSWORD"] = password,
            ["REDIS_PORT"] = $"{redisPort}",
            ["DEV_DATA_DIRECTORY"] = Path.Combine(directory, "redis"),
        }, IsReadyAsync);
        Token = AccessToken.Sign(signingKey, Tenant);
        var mode = replicas.Count > 1 ? Clustered : "Single";
        Replicas = [.. replicas.Select(settings => CreateReplica(settings, mode, controlGroup, build))];
        if (otherBuild is not null)
            Other = CreateReplica(new() { ["mongodb__database_name"] = "other-build" }, mode, controlGroup, otherBuild);
    }

    public ServerProcess Mongo { get; }

    public ServerProcess Redis { get; }

    public IReadOnlyList<(ServerProcess Process, Uri Address)> Replicas { get; }

    /// <summary>The API of another build, on a database of its own.</summary>
    public (ServerProcess Process, Uri Address)? Other { get; }

    /// <summary>An access token for everything, for a day.</summary>
    public string Token { get; }

    /// <summary>The same for another tenant.</summary>
    public string TokenOf(string tenant) => AccessToken.Sign(signingKey, tenant);

    public string MongoDirectory => Path.Combine(directory, "mongo");

    public string MongoConnectionString => $"mongodb://bench:{password}@127.0.0.1:{mongoPort}/?authSource=admin&authMechanism=SCRAM-SHA-256";

    /// <param name="replicas">The settings of each API process.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <param name="controlGroup">Where an API process writes its id to be bound by a control group.</param>
    /// <param name="build">The folder of a published API; by default the one that was built with the bench.</param>
    /// <param name="otherBuild">The folder of another build of the API to compare with.</param>
    public static async Task<TestBed> StartAsync(
        IReadOnlyList<Dictionary<string, string>> replicas, CancellationToken cancellationToken, string? controlGroup = null,
        string? build = null, string? otherBuild = null)
    {
        var bed = new TestBed(replicas, controlGroup, build, otherBuild);
        try
        {
            await Task.WhenAll(bed.Mongo.StartAsync(cancellationToken), bed.Redis.StartAsync(cancellationToken));
            await Task.WhenAll(bed.Replicas.Select(replica => replica.Process.StartAsync(cancellationToken)));
            if (bed.Other is { } other)
                await other.Process.StartAsync(cancellationToken);
            return bed;
        }
        catch
        {
            await bed.DisposeAsync();
            throw;
        }
    }

    public HttpClient CreateClient(int replica = 0)
    {
        var client = new HttpClient { BaseAddress = Replicas[replica].Address, Timeout = TimeSpan.FromSeconds(60) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Replicas.Select(replica => replica.Process.DisposeAsync().AsTask()));
        if (Other is { } other)
            await other.Process.DisposeAsync();
        await Redis.DisposeAsync();
        await Mongo.DisposeAsync();
        probe.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    /// <summary>
    /// An API process that the caller starts and ends: as in production, except that the limits would refuse a benchmark within its
    /// first second.
    /// </summary>
    public (ServerProcess Process, Uri Address) CreateReplica(
        Dictionary<string, string> settings, string mode, string? controlGroup = null, string? build = null)
    {
        var address = new Uri($"http://127.0.0.1:{ServerProcess.FreePort()}");
        var environment = new Dictionary<string, string>(settings)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_URLS"] =
                settings.TryGetValue("Management__Port", out var management) ? $"{address};http://127.0.0.1:{management}" : $"{address}",
            ["ConnectionStrings__credit-system"] = MongoConnectionString,
            ["ConnectionStrings__redis"] = $"127.0.0.1:{redisPort},password={password},abortConnect=false",
            ["APP_SECRET_KEY"] = signingKey,
            ["RateLimits__Enabled"] = "false",
            ["Logging__LogLevel__Default"] = "Warning",
            ["DOTNET_gcServer"] = "0",
            // As in the image.
            ["DOTNET_GCgen0size"] = "0x2000000",
            ["Cluster__Mode"] = mode,
            ["Cluster__Port"] = $"{ServerProcess.FreePort()}",
        };
        return (new ServerProcess("CreditSystem.Api", environment, (_, token) => AnswersAsync(address, token), controlGroup, build), address);
    }

    private async Task<bool> AnswersAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await probe.GetAsync(new Uri(address, ProbePaths.Alive), cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static Task<bool> IsReadyAsync(ServerProcess process, CancellationToken cancellationToken) => Task.FromResult(process.HasSaid(" is ready on "));
}
