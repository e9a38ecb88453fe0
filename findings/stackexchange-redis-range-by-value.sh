#!/usr/bin/env bash
# StackExchange.Redis 3.4.35: SortedSetRangeByValue finds nothing in some ranges of digits, and says nothing.
#
# It turns min and max around where min is greater, to suit the order that was asked for. It compares them as numbers where they look
# like numbers, while ZRANGEBYLEX compares bytes: "0123" becomes 123 and is then greater than the text "0124~", "10" is greater than "9".
# The limits are sent the wrong way round, and the server answers, rightly, with nothing. An autocomplete or an index by time and id over
# keys of digits is empty for some of its prefixes and full for others. SortedSetLengthByValue and SortedSetRemoveRangeByValue, which do
# not turn anything around, count and remove what the range does not show.
#
# The remarks on the method say that it returns the elements between min and max in lexicographical ordering. StackExchange.Redis#1302
# describes it, and is closed. ExecuteAsync("ZRANGE", key, "[0123", "[0123~", "BYLEX") asks the server as it is written.
#
# The server is Garnet 2.2.8; ZRANGE with the same limits, sent as it is written, is answered in full.
#
# Seen (.NET 10.0.12), members 0123, 01234, 10, 100, 5, 9, abc, abcd:
#   abc to abc~: range abc abcd, length 2
#   0123 to 0123~: range nothing, length 2
#   10 to 9: range nothing, length 4
#   10 to 9 by ZRANGE BYLEX: 10 100 5 9
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
foreach (var member in new[] { "0123", "01234", "10", "100", "5", "9", "abc", "abcd" })
    await database.SortedSetAddAsync("index", member, 0);
await ShowAsync("abc", "abc~");
await ShowAsync("0123", "0123~");
await ShowAsync("10", "9");
var asked = (RedisValue[])(await database.ExecuteAsync("ZRANGE", "index", "[10", "[9", "BYLEX"))!;
Console.WriteLine($"10 to 9 by ZRANGE BYLEX: {string.Join(' ', asked)}");

async Task ShowAsync(string min, string max)
{
    var range = await database.SortedSetRangeByValueAsync("index", min, max);
    var length = await database.SortedSetLengthByValueAsync("index", min, max);
    Console.WriteLine($"{min} to {max}: range {(range.Length == 0 ? "nothing" : string.Join(' ', range))}, length {length}");
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
[ "$seen" = 'abc to abc~: range abc abcd, length 2
0123 to 0123~: range nothing, length 2
10 to 9: range nothing, length 4
10 to 9 by ZRANGE BYLEX: 10 100 5 9' ]
