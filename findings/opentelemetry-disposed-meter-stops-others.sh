#!/usr/bin/env bash
# OpenTelemetry 1.20.1: when one of two meters of the same name is disposed, the instruments of the other stop being exported.
#
# Two Meter with one name and version, each with a counter of one name, unit and description, make one stream, as the specification has
# it: what both count is added up. Disposing one of them ends the stream for both: what the other goes on counting is in the next export
# no more, and in none after it. Two hosts in one process (tests, or a process of several parts), and a class that owns its meter and
# lives as long as a request or a connection, lose their numbers that way: the series ends or falls to nothing, and no log says why.
#
# The specification says nothing of disposing; .NET's documentation of Meter.Dispose says that the meter's own instruments are no longer
# reported. open-telemetry/opentelemetry-dotnet#6412 describes it, open; a change that counts references was not taken.
#
# A meter that is to be disposed needs something that tells it apart, such as a tag of its own in MeterOptions.
#
# Seen (.NET 10.0.12):
#   both count 1: 2
#   the other counts 1 after the first was disposed: nothing exported
#   the same with tags that differ: 2
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >run.csproj <<'EOF2'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
  <ItemGroup><PackageReference Include="OpenTelemetry.Exporter.InMemory" Version="1.20.1" /></ItemGroup>
</Project>
EOF2
cat >Program.cs <<'EOF2'
using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Metrics;

Run("one", "one", isKept: false);
Run("one", "other", isKept: true);

static void Run(string firstTag, string secondTag, bool isKept)
{
    var exported = new List<MetricSnapshot>();
    using var provider = Sdk.CreateMeterProviderBuilder().AddMeter("orders").AddInMemoryExporter(exported).Build();
    var first = Make(firstTag);
    using var second = Make(secondTag);
    var (counter, other) = (first.CreateCounter<long>("placed"), second.CreateCounter<long>("placed"));
    counter.Add(1);
    other.Add(1);
    if (!isKept)
        Console.WriteLine($"both count 1: {Export()}");
    else
        provider.ForceFlush();
    first.Dispose();
    // What was counted before may be in one more export.
    provider.ForceFlush();
    other.Add(1);
    Console.WriteLine($"{(isKept ? "the same with tags that differ" : "the other counts 1 after the first was disposed")}: {Export()}");

    string Export()
    {
        exported.Clear();
        provider.ForceFlush();
        var sum = 0L;
        foreach (var metric in exported)
            foreach (var point in metric.MetricPoints)
                sum += point.GetSumLong();
        return exported.Count == 0 ? "nothing exported" : $"{sum}";
    }

    static Meter Make(string tag) => new(new MeterOptions("orders") { Tags = [new("part", tag)] });
}
EOF2
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
seen=$(dotnet run -c Release -v q)
echo "$seen"
[ "$seen" = 'both count 1: 2
the other counts 1 after the first was disposed: nothing exported
the same with tags that differ: 2' ]
