#!/usr/bin/env bash
# NSwag 14.7.1: the C# client that it makes of an answer of the content type text/csv with the schema {type: string} compiles, and
# throws on every successful answer, since it reads the text as JSON. Of text/plain it reads the text.
#
# The document is valid OpenAPI 3.0 (3.1 is the same), default options. Read such an answer with HttpClient, or describe it as binary,
# which makes a stream of it, and a Blob of it in other generators' clients.
#
# Seen (.NET 10.0.12):
#   /plain: a,b
#   /csv: ApiException: Could not deserialize the response body stream as System.String.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >api.json <<'EOF2'
{
  "openapi": "3.0.3", "info": { "title": "t", "version": "1" },
  "paths": {
    "/csv": { "get": { "operationId": "GetCsv", "responses": { "200": { "description": "OK",
      "content": { "text/csv": { "schema": { "type": "string" } } } } } } },
    "/plain": { "get": { "operationId": "GetPlain", "responses": { "200": { "description": "OK",
      "content": { "text/plain": { "schema": { "type": "string" } } } } } } }
  }
}
EOF2
cat >run.csproj <<'EOF2'
<Project Sdk="Microsoft.NET.Sdk.Web">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
  <ItemGroup><PackageReference Include="Newtonsoft.Json" Version="13.0.4" /></ItemGroup>
</Project>
EOF2
cat >Program.cs <<'EOF2'
using MyNamespace;

var builder = WebApplication.CreateBuilder();
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Logging.ClearProviders();
await using var app = builder.Build();
app.MapGet("/csv", () => Results.Text("a,b", "text/csv"));
app.MapGet("/plain", () => Results.Text("a,b", "text/plain"));
await app.StartAsync();
using var http = new HttpClient();
var client = new Client(app.Urls.First(), http);
Console.WriteLine($"/plain: {await client.GetPlainAsync()}");
try
{
    Console.WriteLine($"/csv: {await client.GetCsvAsync()}");
}
catch (ApiException failed)
{
    Console.WriteLine($"/csv: ApiException: {failed.Message.Split('\n')[0].Trim()}");
}
EOF2
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet new tool-manifest >/dev/null
dotnet tool install NSwag.ConsoleCore --version 14.7.1 >/dev/null
dotnet nswag openapi2csclient /input:api.json /output:Client.cs >/dev/null
seen=$(dotnet run -c Release -v q 2>/dev/null | grep '^/')
echo "$seen"
[ "$seen" = $'/plain: a,b\n/csv: ApiException: Could not deserialize the response body stream as System.String.' ]
