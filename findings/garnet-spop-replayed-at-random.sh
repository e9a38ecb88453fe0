#!/usr/bin/env bash
# Microsoft.Garnet 2.2.8: after a restart a set from which SPOP has taken members has other members than before.
#
# With --aof each write is in a log that a restart (--recover) replays. SPOP takes members at random, and is in the log as the command that
# it is, not as what it took (Redis writes SREM): the replay takes at random again. Members that a client was given are in the set again,
# others that it never saw are gone. A pool of numbers or a raffle gives some twice and some never.
#
# The page on SPOP says that it removes and returns random members, and no page that a restart chooses anew. Take members by SRANDMEMBER
# and SREM.
#
# 200 members, of which 100 are taken; then the server stops, is started again, and asked for the rest.
#
# Seen (.NET 10.0.12):
#   left before and after: 100 and 100
#   of the 100 that a client was given, back in the set: 55
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

var port = FreePort();
RedisValue[] taken = [];
var (before, after) = (0L, 0L);
await RunAsync(async database =>
{
    await database.SetAddAsync("pool", Enumerable.Range(1000, 200).Select(number => (RedisValue)number).ToArray());
    taken = await database.SetPopAsync("pool", 100);
    before = await database.SetLengthAsync("pool");
    await database.ExecuteAsync("COMMITAOF");
});
await RunAsync(async database =>
{
    after = await database.SetLengthAsync("pool");
    Console.WriteLine($"left before and after: {before} and {after}");
    var back = (await database.SetContainsAsync("pool", taken)).Count(isThere => isThere);
    Console.WriteLine($"of the 100 that a client was given, back in the set: {back}");
});

async Task RunAsync(Func<IDatabase, Task> use)
{
    using var server = new GarnetServer(
    [
        "--bind", "127.0.0.1", "--port", $"{port}", "--memory", "64m", "--page", "1m", "--index", "1m",
        "--aof", "--recover", "--checkpointdir", "data", "--device-type", "RandomAccess", "-q",
    ]);
    server.Start();
    using var connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{port}");
    await use(connection.GetDatabase());
}

static int FreePort()
{
    using var probe = new TcpListener(IPAddress.Loopback, 0);
    probe.Start();
    return ((IPEndPoint)probe.LocalEndpoint).Port;
}
EOF2
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build -c Release -v q -nologo -o out >build.log || { cat build.log; exit 1; }
seen=$(dotnet out/run.dll)
echo "$seen"
back=$(sed -n 's/^of the 100.*: //p' <<<"$seen")
[ "$(head -1 <<<"$seen")" = 'left before and after: 100 and 100' ] && [ "$back" -gt 20 ]
