#!/usr/bin/env bash
# Microsoft.Garnet 2.2.8: SET with NX, which is to set a key only where there is none, replaces a list, a set, a hash or a sorted set.
#
# The answer is OK, the collection and its expiry are gone. SETNX, which means the same, leaves it alone. A lock, a claim or a marker that
# is made by SET NX (StringSet with When.NotExists) on a key that is taken by something else destroys it.
#
# The page on SET says of NX that it sets the key only if it does not already exist; the one on SETNX, to use SET with NX instead.
#
# Seen (.NET 10.0.12):
#   string: SET NX done: False, SETNX done: False, afterwards: string
#   list: SET NX done: True, SETNX done: False, afterwards: string
#   set: SET NX done: True, SETNX done: False, afterwards: string
#   hash: SET NX done: True, SETNX done: False, afterwards: string
#   zset: SET NX done: True, SETNX done: False, afterwards: string
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
using var server = new GarnetServer(
[
    "--bind", "127.0.0.1", "--port", $"{port}", "--memory", "64m", "--page", "1m", "--index", "1m",
    "--device-type", "RandomAccess", "-q",
]);
server.Start();
using var connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{port}");
var database = connection.GetDatabase();
await database.StringSetAsync("string", "value");
await database.ListRightPushAsync("list", "value");
await database.SetAddAsync("set", "value");
await database.HashSetAsync("hash", "field", "value");
await database.SortedSetAddAsync("zset", "value", 1);
foreach (var key in new[] { "string", "list", "set", "hash", "zset" })
{
    var setNx = (int)await database.ExecuteAsync("SETNX", key, "mine") == 1;
    var set = !(await database.ExecuteAsync("SET", key, "mine", "NX")).IsNull;
    Console.WriteLine($"{key}: SET NX done: {set}, SETNX done: {setNx}, afterwards: {await database.ExecuteAsync("TYPE", key)}");
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
[ "$seen" = 'string: SET NX done: False, SETNX done: False, afterwards: string
list: SET NX done: True, SETNX done: False, afterwards: string
set: SET NX done: True, SETNX done: False, afterwards: string
hash: SET NX done: True, SETNX done: False, afterwards: string
zset: SET NX done: True, SETNX done: False, afterwards: string' ]
