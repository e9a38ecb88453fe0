using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CreditSystem.Dev.Mongo.Engine;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Dev.Mongo;

/// <summary>A <c>mongod</c> that the machine has: started with the environment of the container image.</summary>
internal static class InstalledMongod
{
    private static readonly TimeSpan StartTime = TimeSpan.FromMinutes(1);

    public static async Task RunAsync(DevMongoOptions options, string mongod, Action<string> progress, CancellationToken cancellationToken)
    {
        var data = Path.Combine(options.DataDirectory, "mongod");
        Directory.CreateDirectory(data);
        if (options is { Username: { } name, Password: { } password })
            await PrepareRootUserAsync(mongod, data, name, password, cancellationToken);
        var server = await StartAsync(mongod, data, options.Port, options.RequiresAuthentication);
        progress($"MongoDB server is ready on 127.0.0.1:{options.Port} ({mongod}, {(options.RequiresAuthentication ? "authentication required" : "no authentication")}).");
        try
        {
            await server.Exited.WaitAsync(cancellationToken);
            throw new DevServerException(ExitCodes.ServerFailed, $"mongod has ended:{Environment.NewLine}{server.LastLines}");
        }
        finally
        {
            await StopAsync(server);
        }
    }

    /// <summary>The password may differ from that of the last run, so the user is set while nobody else can connect with rights.</summary>
    private static async Task PrepareRootUserAsync(string mongod, string data, string name, string password, CancellationToken cancellationToken)
    {
        var port = FreePort();
        var server = await StartAsync(mongod, data, port, authentication: false);
        try
        {
            using var client = new MongoClient($"mongodb://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}/?directConnection=true");
            var admin = client.GetDatabase("admin");
            var known = await admin.RunCommandAsync<BsonDocument>(new BsonDocument("usersInfo", name), cancellationToken: cancellationToken);
            var command = known["users"].AsBsonArray.Count == 0 ? "createUser" : "updateUser";
            await admin.RunCommandAsync<BsonDocument>(new BsonDocument { [command] = name, ["pwd"] = password, ["roles"] = new BsonArray { new BsonDocument { ["role"] = "root", ["db"] = "admin" } } }, cancellationToken: cancellationToken);
        }
        finally
        {
            await StopAsync(server);
        }
    }

    private static async Task<ChildProcess> StartAsync(string mongod, string data, int port, bool authentication)
    {
        string[] command = [mongod, "--dbpath", data, "--bind_ip", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), authentication ? "--auth" : "--noauth"];
        var server = await ChildProcess.StartAsync("KILL", command, onLine: null);
        using var timeout = new CancellationTokenSource(StartTime);
        while (!server.Exited.IsCompleted && !timeout.IsCancellationRequested)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, port, timeout.Token);
                return server;
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), CancellationToken.None);
            }
        }

        server.Signal(NativeMethods.SigKill);
        throw new DevServerException(ExitCodes.ServerFailed, $"mongod does not start:{Environment.NewLine}{server.LastLines}");
    }

    private static async Task StopAsync(ChildProcess server)
    {
        server.Signal(NativeMethods.SigTerm);
        await Task.WhenAny(server.Exited, Task.Delay(TimeSpan.FromSeconds(20)));
        server.Signal(NativeMethods.SigKill);
        await server.Exited;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
