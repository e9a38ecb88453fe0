#!/usr/bin/env bash
# Microsoft.Orleans.Server 10.4.2: with AddDistributedGrainDirectory a grain of a silo that was killed is nowhere for half a minute,
# however soon the silo is found dead.
#
# The ranges of the directory that a dead silo had are leased to it for GrainDirectoryOptions.RangeLeaseDuration, 30 s where nothing is
# set, from the moment at which it was last known to live, so that no grain is active twice; a call to a grain that is registered
# there, or is to be, waits for the rest of it. Probes decide how soon the silo is found dead and have no part in that. With a lease of
# zero the grain is active elsewhere as soon as the silo is found dead, and may be active twice for a moment: right where something else
# tells two owners apart, such as the number of a log's block.
#
# Two silos in two processes, found by one another in a table that the first one keeps; probes every 500 ms, one vote. The second, which
# has the grains, is killed (-9); the first calls all of them until they answer.
#
# Seen (.NET 10.0.12): 28.7 s where nothing is set, 0.8 s with a lease of zero.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >run.csproj <<'EOF'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings>
    <NoWarn>ORLEANSEXP003</NoWarn>
  </PropertyGroup>
  <ItemGroup><PackageReference Include="Microsoft.Orleans.Server" Version="10.4.2" /></ItemGroup>
</Project>
EOF
cat >Program.cs <<'EOF'
using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Runtime;

// first PORT OTHER LEASE | second PORT OTHER LEASE, where LEASE is in seconds, or "default"
var (isFirst, port, other, lease) = (args[0] == "first", int.Parse(args[1]), int.Parse(args[2]), args[3]);
var builder = Host.CreateApplicationBuilder();
builder.Logging.ClearProviders();
builder.UseOrleans(silo =>
{
    silo.UseDevelopmentClustering(new IPEndPoint(IPAddress.Loopback, isFirst ? port : other));
    silo.ConfigureEndpoints(IPAddress.Loopback, port, gatewayPort: 0);
    silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ("finding", "finding"));
    silo.Configure<ClusterMembershipOptions>(members =>
    {
        (members.ProbeTimeout, members.MaxProbeTimeout) = (TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1));
        (members.NumMissedProbesLimit, members.NumVotesForDeathDeclaration) = (3, 1);
        members.EnableConnectionLivenessCheck = false;
    });
    if (lease != "default")
        silo.Configure<GrainDirectoryOptions>(directory => directory.RangeLeaseDuration = TimeSpan.FromSeconds(int.Parse(lease)));
    silo.AddDistributedGrainDirectory();
});
using var host = builder.Build();
await host.StartAsync();
if (!isFirst)
{
    Console.WriteLine("up");
    await Task.Delay(Timeout.Infinite);
}
var grains = host.Services.GetRequiredService<IGrainFactory>();
using var second = Process.Start(new ProcessStartInfo("dotnet", [Environment.GetCommandLineArgs()[0], "second", $"{other}", $"{port}", lease])
{
    RedirectStandardOutput = true,
})!;
await second.StandardOutput.ReadLineAsync();
var there = 0;
for (var attempt = 0; attempt < 100 && there == 0; attempt++, await Task.Delay(100))
    for (var i = 0; i < 64; i++)
        there += await grains.GetGrain<IWhere>(attempt * 64 + i).PortAsync() == other ? 1 : 0;
// Directory and grains have settled among both by then.
await Task.Delay(5000);
var watch = Stopwatch.StartNew();
second.Kill();
await Task.WhenAll(Enumerable.Range(0, 64).Select(async i =>
{
    while (true)
        try
        {
            await grains.GetGrain<IWhere>(i).PortAsync();
            return;
        }
        catch (Exception)
        {
            await Task.Delay(50);
        }
}));
Console.WriteLine($"{watch.Elapsed.TotalSeconds:F1}");
Environment.Exit(0);

public interface IWhere : IGrainWithIntegerKey
{
    Task<int> PortAsync();
}

public sealed class Where(ILocalSiloDetails silo) : Grain, IWhere
{
    public Task<int> PortAsync() => Task.FromResult(silo.SiloAddress.Endpoint.Port);
}
EOF
dotnet build -v q -nologo >build.log || { cat build.log; exit 1; }
port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
measure() { dotnet bin/Debug/net10.0/run.dll first "$(port)" "$(port)" "$1"; }
without=$(measure default)
with=$(measure 0)
echo "nothing set: all grains answer after $without s"
echo "a lease of zero: all grains answer after $with s"
awk -v without="$without" -v with="$with" 'BEGIN { exit !(without > 20 && without < 35 && with < 8) }' || { echo "It behaves otherwise now."; exit 1; }
