#!/usr/bin/env bash
# MongoDB.Driver 3.14.0: of two updates of one field with the same operator only the last is sent.
#
# Builders<T>.Update is fluent and has Combine; where two parts have the operator and the field in common, the later one replaces the
# earlier, without an error: two Push add one element, two Inc count once. Nobody sees it in the result, whose ModifiedCount is 1 as if
# all had been done. Code that collects changes in a list and combines them at the end loses all but one of a kind.
#
# The reference says of Combine that it combines updates, and nothing of what becomes of two for one field; for pipeline updates, which
# cannot be combined at all, it throws. PushEach and AddToSetEach take all elements at once; what is to be added to a number is added up
# before. One filter of two for the same field is not lost: it becomes $and.
#
# No server is needed to see what is sent.
#
# Seen (.NET 10.0.12):
#   Push a, Push b: { "$push" : { "Events" : "b" } }
#   Inc 5, Inc 7: { "$inc" : { "Balance" : 7 } }
#   Combine(Pull a, Pull b): { "$pull" : { "Events" : "b" } }
#   Filter Eq 5 & Eq 7: { "$and" : [{ "Balance" : 5 }, { "Balance" : 7 }] }
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >run.csproj <<'EOF2'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
  <ItemGroup><PackageReference Include="MongoDB.Driver" Version="3.14.0" /></ItemGroup>
</Project>
EOF2
cat >Program.cs <<'EOF2'
using MongoDB.Bson.Serialization;
using MongoDB.Driver;

var update = Builders<Account>.Update;
Show("Push a, Push b", update.Push(account => account.Events, "a").Push(account => account.Events, "b"));
Show("Inc 5, Inc 7", update.Inc(account => account.Balance, 5).Inc(account => account.Balance, 7));
Show("Combine(Pull a, Pull b)", update.Combine(new List<UpdateDefinition<Account>>
{
    update.Pull(account => account.Events, "a"), update.Pull(account => account.Events, "b"),
}));
var filter = Builders<Account>.Filter;
var both = filter.Eq(account => account.Balance, 5) & filter.Eq(account => account.Balance, 7);
Console.WriteLine($"Filter Eq 5 & Eq 7: {both.Render(Arguments())}");

void Show(string name, UpdateDefinition<Account> definition) => Console.WriteLine($"{name}: {definition.Render(Arguments())}");

static RenderArgs<Account> Arguments() => new(BsonSerializer.LookupSerializer<Account>(), BsonSerializer.SerializerRegistry);

sealed class Account
{
    public long Balance { get; set; }

    public List<string> Events { get; set; } = [];
}
EOF2
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
seen=$(dotnet run -c Release -v q)
echo "$seen"
[ "$seen" = 'Push a, Push b: { "$push" : { "Events" : "b" } }
Inc 5, Inc 7: { "$inc" : { "Balance" : 7 } }
Combine(Pull a, Pull b): { "$pull" : { "Events" : "b" } }
Filter Eq 5 & Eq 7: { "$and" : [{ "Balance" : 5 }, { "Balance" : 7 }] }' ]
