#!/usr/bin/env bash
# StackExchange.Redis 3.4.35: two different texts are equal as RedisValue where both can be read as numbers, and have one hash code.
#
# "12", "012", "12.0" and "1.2e1" are four members of a set to the server, and one to the client: Distinct, a HashSet or a Dictionary of
# what SetMembers or HashGetAll gave keep one of them, ToDictionary throws. Digits that fit no 64-bit integer are compared as doubles, so
# that two account ids of 21 digits, such as some providers of logins give out, are equal when their first 16 or so digits are. What only
# looks like an exponent (a hash such as "1e3", "12e10") is a number too.
#
# The documentation says that a RedisValue represents what can be stored in Redis, and of its equality that it indicates whether two values
# are equivalent; that numbers decide is only in issues (StackExchange.Redis#3233, open, of "1,000" and "(5)").
# RedisValue.EqualityComparer.Binary, or a dictionary of strings (ToStringDictionary), compares what Redis compares.
#
# No server is needed: the values are those that a reply has, made of bytes.
#
# Seen (.NET 10.0.12):
#   12 == 012: True
#   12 == 12.0: True
#   1000 == 1e3: True
#   108204268033311374519 == 108204268033311374520: True
#   abc1 == abc01: False
#   4 fields of a hash, HashSet<RedisValue>: 1
#   4 fields of a hash, with EqualityComparer.Binary: 4
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >run.csproj <<'EOF2'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
  <ItemGroup><PackageReference Include="StackExchange.Redis" Version="3.4.35" /></ItemGroup>
</Project>
EOF2
cat >Program.cs <<'EOF2'
using System.Text;
using StackExchange.Redis;

foreach (var (one, other) in new[]
{
    ("12", "012"), ("12", "12.0"), ("1000", "1e3"), ("108204268033311374519", "108204268033311374520"), ("abc1", "abc01"),
})
    Console.WriteLine($"{one} == {other}: {Reply(one) == Reply(other)}");
RedisValue[] fields = [Reply("12"), Reply("012"), Reply("12.0"), Reply("1.2e1")];
Console.WriteLine($"4 fields of a hash, HashSet<RedisValue>: {fields.ToHashSet().Count}");
Console.WriteLine($"4 fields of a hash, with EqualityComparer.Binary: {fields.ToHashSet(RedisValue.EqualityComparer.Binary).Count}");

static RedisValue Reply(string text) => Encoding.ASCII.GetBytes(text);
EOF2
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
seen=$(dotnet run -c Release -v q)
echo "$seen"
[ "$seen" = '12 == 012: True
12 == 12.0: True
1000 == 1e3: True
108204268033311374519 == 108204268033311374520: True
abc1 == abc01: False
4 fields of a hash, HashSet<RedisValue>: 1
4 fields of a hash, with EqualityComparer.Binary: 4' ]
