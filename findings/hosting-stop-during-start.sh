#!/usr/bin/env bash
# Microsoft.Extensions.Hosting 10.0.12: a service that gets SIGTERM while it starts aborts, where a second later it ends in good order.
#
# A hosted service that waits for something in StartAsync, a database or the first certificate, is given a token for the case that the start
# is called off, and honours it. The host answers SIGTERM by cancelling that token, says "Application is shutting down...", and throws the
# OperationCanceledException that it has asked for out of RunAsync, which was given no token at all: the process ends with an unhandled
# exception, SIGABRT, exit code 134 and, where the system writes them, a core dump. In Kubernetes a rollout that is taken back, or a node
# that is drained, shows crashed containers.
#
# Known and open: dotnet/runtime#111013 (the answer there is that services should not throw when they are cancelled; the framework's own
# waits do). Catch it where ApplicationStopping is cancelled.
#
# Seen (.NET 10.0.12):
#   told to end while it starts: exit code 134, unhandled TaskCanceledException
#   told to end once it has started: exit code 0
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
    <PackageReference Include="Microsoft.Extensions.Hosting" Version="10.0.12" />
  </ItemGroup>
</Project>
EOF2
cat >Program.cs <<'EOF2'
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

var builder = Host.CreateApplicationBuilder();
builder.Logging.ClearProviders();
builder.Services.AddHostedService<Waiting>();
var host = builder.Build();
host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.Register(() => Console.WriteLine("started"));
await host.RunAsync();

sealed class Waiting : IHostedService
{
    // For what it needs, as long as its argument says.
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Console.WriteLine("starting");
        await Task.Delay(int.Parse(Environment.GetCommandLineArgs()[1]), cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
EOF2
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
ulimit -c 0
dotnet build -c Release -v q -o built >/dev/null
run() { # milliseconds, the line after which it is told to end
  dotnet built/run.dll "$1" >out 2>err &
  local service=$! status=0
  until grep -q "^$2\$" out; do sleep 0.1; done
  kill -TERM "$service"
  wait "$service" 2>/dev/null || status=$?
  echo "exit code $status$(sed -nE 's/^Unhandled exception\. [A-Za-z.]*\.([A-Za-z]+):.*/, unhandled \1/p' err | head -n 1)"
}
seen="told to end while it starts: $(run 60000 starting)
told to end once it has started: $(run 0 started)"
echo "$seen"
[ "$seen" = 'told to end while it starts: exit code 134, unhandled TaskCanceledException
told to end once it has started: exit code 0' ]
