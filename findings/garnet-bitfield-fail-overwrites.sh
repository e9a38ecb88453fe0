#!/usr/bin/env bash
# Microsoft.Garnet 2.2.8: BITFIELD with OVERFLOW FAIL answers that an increment was not made, and sets the counter to 0.
#
# FAIL is there for counters that must not pass a bound: where an increment would overflow it is to be left out, and the answer is null.
# Garnet answers null and writes all the same; a counter that stands at its bound, as a quota that is used up does, begins anew. WRAP and
# SAT do as they say.
#
# The page on BITFIELD promises well specified behaviour at overflows and leaves FAIL to Redis' documentation: no operation is performed.
#
# Seen (.NET 10.0.12), an unsigned counter of 8 bits:
#   SAT, 250 + 10: answer 255, afterwards 255
#   FAIL, 250 + 5: answer 255, afterwards 255
#   FAIL, 250 + 10: answer null, afterwards 0
#   FAIL, 255 + 1: answer null, afterwards 0
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
await ShowAsync("SAT", 250, 10);
await ShowAsync("FAIL", 250, 5);
await ShowAsync("FAIL", 250, 10);
await ShowAsync("FAIL", 255, 1);

async Task ShowAsync(string overflow, int start, int increment)
{
    await database.ExecuteAsync("BITFIELD", "counter", "SET", "u8", "0", start);
    var answer = (string[])(await database.ExecuteAsync("BITFIELD", "counter", "OVERFLOW", overflow, "INCRBY", "u8", "0", increment))!;
    var now = (string[])(await database.ExecuteAsync("BITFIELD", "counter", "GET", "u8", "0"))!;
    Console.WriteLine($"{overflow}, {start} + {increment}: answer {answer[0] ?? "null"}, afterwards {now[0]}");
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
[ "$seen" = 'SAT, 250 + 10: answer 255, afterwards 255
FAIL, 250 + 5: answer 255, afterwards 255
FAIL, 250 + 10: answer null, afterwards 0
FAIL, 255 + 1: answer null, afterwards 0' ]
