#!/usr/bin/env bash
# .NET 10.0 × OpenTelemetry.Exporter.Prometheus.AspNetCore 1.20.1-beta.1: the length of the thread pool's queue is exported as a counter.
#
# The meter System.Runtime makes dotnet.thread_pool.queue.length and dotnet.thread_pool.thread.count, both of which its page and the
# semantic conventions call an UpDownCounter, as ObservableCounter, whose value only rises. The exporter believes it: the names
# end in _total and the type is counter, so that rate() of them, which is what one asks of a counter, takes each time the queue gets
# shorter for a restart, and a rule that is written after the documented type finds no series of that name.
#
# Known: dotnet/runtime#112077, #126167, corrected for a later version. Ask for the _total names as if they were gauges.
#
# Seen (.NET 10.0.12):
#   # TYPE dotnet_thread_pool_queue_length_total counter
#   # TYPE dotnet_thread_pool_thread_count_total counter
#   while work is queued: 500 or more, once it is done: fewer
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >run.csproj <<'EOF2'
<Project Sdk="Microsoft.NET.Sdk.Web">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="OpenTelemetry.Extensions.Hosting" Version="1.20.1" />
    <PackageReference Include="OpenTelemetry.Exporter.Prometheus.AspNetCore" Version="1.20.1-beta.1" />
  </ItemGroup>
</Project>
EOF2
cat >Program.cs <<'EOF2'
using OpenTelemetry.Metrics;

// Requests are answered by these, work that is queued waits.
ThreadPool.SetMinThreads(4, 4);
var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter("System.Runtime")
    .AddPrometheusExporter(exporter => exporter.ScrapeResponseCacheDurationMilliseconds = 0));
var app = builder.Build();
app.MapPrometheusScrapingEndpoint();
await app.StartAsync();
using var client = new HttpClient();

string[] lines = await ScrapeAsync();
foreach (var line in lines.Where(line => line.StartsWith("# TYPE dotnet_thread_pool_queue") || line.StartsWith("# TYPE dotnet_thread_pool_thread")))
    Console.WriteLine(line);

using var open = new ManualResetEventSlim();
for (var i = 0; i < 600; i++)
    ThreadPool.UnsafeQueueUserWorkItem(_ => open.Wait(), null);
// From a thread of its own, as the pool is busy.
var queued = 0L;
var ask = new Thread(() => queued = ThreadPool.PendingWorkItemCount);
ask.Start();
ask.Join();
open.Set();
while (ThreadPool.PendingWorkItemCount > 100)
    Thread.Sleep(20);
lines = await ScrapeAsync();
var after = long.Parse(lines.Single(line => line.StartsWith("dotnet_thread_pool_queue_length_total")).Split(' ')[^1]);
Console.WriteLine($"while work is queued: {(queued >= 500 ? "500 or more" : $"{queued}")}, once it is done: {(after < queued ? "fewer" : $"{after}")}");

async Task<string[]> ScrapeAsync() => (await client.GetStringAsync(app.Urls.Single() + "/metrics")).Split('\n');
EOF2
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
seen=$(dotnet run -c Release -v q)
echo "$seen"
[ "$seen" = '# TYPE dotnet_thread_pool_queue_length_total counter
# TYPE dotnet_thread_pool_thread_count_total counter
while work is queued: 500 or more, once it is done: fewer' ]
