#!/usr/bin/env bash
# Microsoft.Garnet 2.2.8: what GETDEL has deleted is there again after a restart, and WATCH does not see that it was deleted.
#
# With --aof each write is in a log that a restart (--recover) replays. GETDEL is not: its key comes back with its old value, and what was
# taken once, such as a code for one login, can be taken again. DEL of the same key is in the log. A transaction whose key is watched goes
# through although GETDEL has taken it meanwhile; with DEL, SET or any other write it does not.
#
# The page on GETDEL says that it gets the value and deletes the key, and no page that a restart or a transaction takes no notice of it.
# Take and delete by GET and DEL in MULTI, or in a script with --lua-transaction-mode.
#
# Seen (.NET 10.0.12):
#   after a restart: deleted by GETDEL: value, deleted by DEL: nothing
#   watched key changed by GETDEL: the transaction goes through: True, by DEL: False
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >run.csproj <<'EOF2'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="StackExchange.Redis" Version="3.4.35" />
    <PackageReference Include="Microsoft.Garnet" Version="2.2.8" />
  </ItemGroup>
</Project>
EOF2
cat >Program.cs <<'EOF2'
using System.Net;
using System.Net.Sockets;
using Garnet;
using StackExchange.Redis;

var goesThrough = new Dictionary<string, bool>();
await RunAsync(async (database, other) =>
{
    foreach (var command in new[] { "GETDEL", "DEL" })
    {
        await database.StringSetAsync(command, "value");
        await other.ExecuteAsync(command, command);
        goesThrough[command] = await WatchAsync(command, other);
    }
    await database.ExecuteAsync("COMMITAOF");
});
await RunAsync(async (database, _) =>
{
    string ValueOf(RedisValue value) => value.IsNull ? "nothing" : value.ToString();
    Console.WriteLine($"after a restart: deleted by GETDEL: {ValueOf(await database.StringGetAsync("GETDEL"))}, "
        + $"deleted by DEL: {ValueOf(await database.StringGetAsync("DEL"))}");
});
Console.WriteLine($"watched key changed by GETDEL: the transaction goes through: {goesThrough["GETDEL"]}, by DEL: {goesThrough["DEL"]}");

// WATCH, the other's command, MULTI and EXEC on a connection of their own.
async Task<bool> WatchAsync(string command, IDatabase other)
{
    await other.StringSetAsync("watched", "value");
    using var connection = new TcpClient();
    await connection.ConnectAsync(IPAddress.Loopback, Server.Port);
    using var stream = connection.GetStream();
    using var reader = new StreamReader(stream);
    await SendAsync("WATCH watched");
    await other.ExecuteAsync(command, "watched");
    await SendAsync("MULTI");
    await SendAsync("PING");
    return await SendAsync("EXEC") == "*1";

    async Task<string?> SendAsync(string line)
    {
        var words = line.Split(' ');
        var text = $"*{words.Length}\r\n" + string.Concat(words.Select(word => $"${word.Length}\r\n{word}\r\n"));
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(text));
        return await reader.ReadLineAsync();
    }
}

static async Task RunAsync(Func<IDatabase, IDatabase, Task> use)
{
    using var server = new GarnetServer(
    [
        "--bind", "127.0.0.1", "--port", $"{Server.Port}", "--memory", "64m", "--page", "1m", "--index", "1m",
        "--aof", "--recover", "--checkpointdir", "data", "--device-type", "RandomAccess", "-q",
    ]);
    server.Start();
    using var connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{Server.Port}");
    using var second = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{Server.Port}");
    await use(connection.GetDatabase(), second.GetDatabase());
}

static class Server
{
    public static int Port { get; } = FreePort();

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
EOF2
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build -c Release -v q -nologo -o out >build.log || { cat build.log; exit 1; }
seen=$(dotnet out/run.dll)
echo "$seen"
[ "$seen" = 'after a restart: deleted by GETDEL: value, deleted by DEL: nothing
watched key changed by GETDEL: the transaction goes through: True, by DEL: False' ]
