#!/usr/bin/env bash
# Microsoft.OpenApi 2.13.0: a keyword of JSON Schema that its model does not know, such as prefixItems, is read without an error or a
# warning, and written as a member "unrecognizedKeywords" with the keyword inside it: a valid document of another meaning, since a
# validator takes no notice of it. What is read as 3.1 and written as 3.1 is not the same.
#
# Keywords that the model knows (contains, if, then) come back as they were. To add a keyword by hand use Extensions ("x-…"), which are
# written where they belong.
#
# Seen (.NET 10.0.12):
#   contains: {"type":"string"}
#   prefixItems: absent
#   unrecognizedKeywords: {"prefixItems":[{"type":"string"}]}
#   errors and warnings: 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >run.csproj <<'EOF2'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
  <ItemGroup><PackageReference Include="Microsoft.OpenApi" Version="2.13.0" /></ItemGroup>
</Project>
EOF2
cat >Program.cs <<'EOF2'
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;

var read = OpenApiDocument.Parse("""
    { "openapi": "3.1.0", "info": { "title": "t", "version": "1" }, "paths": {}, "components": { "schemas": { "Pair": {
      "type": "array", "contains": { "type": "string" }, "prefixItems": [ { "type": "string" } ] } } } }
    """, "json", new OpenApiReaderSettings());
var written = JsonNode.Parse(await read.Document!.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1))!["components"]!["schemas"]!["Pair"]!;
foreach (var name in new[] { "contains", "prefixItems", "unrecognizedKeywords" })
    Console.WriteLine($"{name}: {written[name]?.ToJsonString() ?? "absent"}");
Console.WriteLine($"errors and warnings: {read.Diagnostic!.Errors.Count + read.Diagnostic.Warnings.Count}");
EOF2
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
seen=$(dotnet run -c Release -v q)
echo "$seen"
[ "$seen" = 'contains: {"type":"string"}
prefixItems: absent
unrecognizedKeywords: {"prefixItems":[{"type":"string"}]}
errors and warnings: 0' ]
