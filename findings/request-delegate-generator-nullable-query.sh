#!/usr/bin/env bash
# ASP.NET Core 10.0 (.NET SDK 10.0.401): with EnableRequestDelegateGenerator a query value that cannot be read is another error for
# `int? limit` than for `int limit`. RouteHandlerOptions.ThrowOnBadRequest asks for BadHttpRequestException; without the generator both
# parameters throw it, with its message. The generated code throws it for `int` alone: for `int?` it answers 400 with an empty body, and
# a handler of exceptions that writes problem details never hears of it. (Filters run all the same, and find Response.StatusCode set
# to 400.) Turning the generator on, or publishing with Native AOT, thus takes the body away from some answers.
#
# Seen (limit=abc):
#   without: int: BadHttpRequestException, int?: BadHttpRequestException
#   with:    int: BadHttpRequestException, int?: 400, nothing thrown
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >Program.cs <<'EOF2'
var builder = WebApplication.CreateSlimBuilder(args);
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Logging.ClearProviders();
builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
var app = builder.Build();
var thrown = "";
app.Use(async (context, next) =>
{
    try
    {
        await next(context);
    }
    catch (BadHttpRequestException bad)
    {
        (thrown, context.Response.StatusCode) = (nameof(BadHttpRequestException), bad.StatusCode);
    }
});
app.MapGet("/int", (int limit) => limit);
app.MapGet("/nullable", (int? limit) => limit ?? 0);
await app.StartAsync();
using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
foreach (var (path, type) in new[] { ("/int", "int"), ("/nullable", "int?") })
{
    thrown = "nothing thrown";
    using var answer = await client.GetAsync($"{path}?limit=abc");
    Console.WriteLine($"{type}: {(int)answer.StatusCode}, {thrown}");
}
EOF2
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
run() {
  rm -rf bin obj
  cat >run.csproj <<EOF2
<Project Sdk="Microsoft.NET.Sdk.Web">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable>
    <EnableRequestDelegateGenerator>$1</EnableRequestDelegateGenerator>
  </PropertyGroup>
</Project>
EOF2
  dotnet run -c Release -v q
}
without=$(run false) with=$(run true)
printf 'without:\n%s\nwith:\n%s\n' "$without" "$with"
[ "$without" = 'int: 400, BadHttpRequestException
int?: 400, BadHttpRequestException' ]
[ "$with" = 'int: 400, BadHttpRequestException
int?: 400, nothing thrown' ]
