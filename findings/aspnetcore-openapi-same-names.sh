#!/usr/bin/env bash
# Microsoft.AspNetCore.OpenApi 10.0.15: of two types with the same name in two namespaces one is described as the other.
#
# A schema's name is the type's without its namespace. For `Orders.Request` and `Refunds.Request`, as with one folder per feature, the
# document has one schema "Request", and both routes point to it: the second route is described with the members of the first one's body.
# The document is valid, nothing is logged, and a client that is generated from it sends and reads the wrong members.
#
# The documentation says of CreateSchemaReferenceId that it determines the references of types, and nothing of two types with one; that they
# become one, where .NET 9 numbered them, is only in dotnet/aspnetcore#64325, open. Give types names that are unique in the document, or
# set OpenApiOptions.CreateSchemaReferenceId.
#
# Seen (.NET 10.0.12):
#   /orders takes Request: quantity
#   /refunds takes Request: quantity
#   schemas: Request
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >run.csproj <<'EOF2'
<Project Sdk="Microsoft.NET.Sdk.Web">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable>
  </PropertyGroup>
  <ItemGroup><PackageReference Include="Microsoft.AspNetCore.OpenApi" Version="10.0.15" /></ItemGroup>
</Project>
EOF2
cat >Program.cs <<'EOF2'
using System.Text.Json.Nodes;

var builder = WebApplication.CreateBuilder();
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Logging.ClearProviders();
builder.Services.AddOpenApi();
await using var app = builder.Build();
app.MapOpenApi();
app.MapPost("/orders", (Orders.Request request) => request.Quantity);
app.MapPost("/refunds", (Refunds.Request request) => request.Reason);
await app.StartAsync();
using var client = new HttpClient();
var document = JsonNode.Parse(await client.GetStringAsync($"{app.Urls.First()}/openapi/v1.json"))!;
var schemas = document["components"]!["schemas"]!.AsObject();
foreach (var path in new[] { "/orders", "/refunds" })
{
    var body = document["paths"]![path]!["post"]!["requestBody"]!["content"]!["application/json"]!["schema"]!;
    var name = ((string)body["$ref"]!).Split('/')[^1];
    Console.WriteLine($"{path} takes {name}: {string.Join(' ', schemas[name]!["properties"]!.AsObject().Select(member => member.Key))}");
}
Console.WriteLine($"schemas: {string.Join(' ', schemas.Select(schema => schema.Key))}");

namespace Orders
{
    sealed record Request(int Quantity);
}

namespace Refunds
{
    sealed record Request(string Reason);
}
EOF2
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
seen=$(dotnet run -c Release -v q)
echo "$seen"
[ "$seen" = '/orders takes Request: quantity
/refunds takes Request: quantity
schemas: Request' ]
