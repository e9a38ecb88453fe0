#!/usr/bin/env bash
# Aspire.Hosting.AppHost 13.6.5 (DCP): what looks like a Go template in a value that the AppHost gives a process is carried out.
#
# WithEnvironment and WithArgs hand the text over; the orchestrator takes it for a template of its own, as those that Aspire itself writes
# for ports and ids. `docker inspect --format {{.Name}}`, an alert's text or a Helm value arrives with the resource's own name in it, and
# what is in comments or conditions of a template is gone. A text that does not parse, or asks for a member that the orchestrator does not
# have, arrives as it is, so that one of two templates is right and the other wrong, and nothing is logged. A secret with such characters in
# it arrives as another one.
#
# The documentation of both methods says nothing of templates. A value that must arrive whole goes into a file, or is written with the
# braces made by the template: {{"{{"}}.Name}}.
#
# Seen (.NET 10.0.12), what a process that was started by the AppHost has in its environment and as its argument:
#   {{name}}: {{name}} and {{name}}
#   --format {{.Name}}: --format show-abcdefgh and --format show-abcdefgh
#   {{/* a note */}}kept: kept and kept
#   {{if true}}yes{{else}}no{{end}}: yes and yes
#   pass{{"word"}}: password and password
#   {{"{{"}}.Name}}: {{.Name}} and {{.Name}}
#   {{.Nothing}}: {{.Nothing}} and {{.Nothing}}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >run.csproj <<'EOF2'
<Project Sdk="Microsoft.NET.Sdk">
  <Sdk Name="Aspire.AppHost.Sdk" Version="13.6.4" />
  <PropertyGroup>
    <OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings>
    <NoWarn>ASPIRE010</NoWarn>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Aspire.Hosting.AppHost" Version="13.6.5" />
    <PackageReference Include="Polly.Core" Version="8.8.0" />
    <PackageReference Include="Polly.Extensions" Version="8.8.0" />
    <PackageReference Include="Nerdbank.MessagePack" Version="1.3.88" />
  </ItemGroup>
</Project>
EOF2
cat >Program.cs <<'EOF2'
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;

var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { DisableDashboard = true });
string[] texts =
[
    "{{name}}", "--format {{.Name}}", "{{/* a note */}}kept", "{{if true}}yes{{else}}no{{end}}", "pass{{\"word\"}}", "{{\"{{\"}}.Name}}",
    "{{.Nothing}}",
];
for (var i = 0; i < texts.Length; i++)
{
    var script = $"printf '%s' \"$TEXT\" >{Folder}/environment{i}; printf '%s' \"$1\" >{Folder}/argument{i}";
    builder.AddExecutable($"show{i}", "sh", ".", "-c", script, "sh")
        .WithArgs(texts[i]).WithEnvironment("TEXT", texts[i]);
}
await using var app = builder.Build();
await app.StartAsync();
var notifications = app.Services.GetRequiredService<ResourceNotificationService>();
using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
for (var i = 0; i < texts.Length; i++)
    await notifications.WaitForResourceAsync($"show{i}", KnownResourceStates.TerminalStates, patience.Token);
for (var i = 0; i < texts.Length; i++)
{
    // A resource's name ends in letters that are new in each run.
    string Of(string kind) =>
        System.Text.RegularExpressions.Regex.Replace(File.ReadAllText($"{Folder}/{kind}{i}"), $"show{i}-[a-z]+", "show-abcdefgh");
    Console.WriteLine($"seen: {texts[i]}: {Of("environment")} and {Of("argument")}");
}
await app.StopAsync();

partial class Program
{
    private static readonly string Folder = Directory.GetCurrentDirectory();
}
EOF2
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build -v q -nologo -o out >build.log || { cat build.log; exit 1; }
dotnet out/run.dll >log || { cat log; exit 1; }
sed -n 's/^seen: //p' log | tee seen
diff seen - <<'EOF2'
{{name}}: {{name}} and {{name}}
--format {{.Name}}: --format show-abcdefgh and --format show-abcdefgh
{{/* a note */}}kept: kept and kept
{{if true}}yes{{else}}no{{end}}: yes and yes
pass{{"word"}}: password and password
{{"{{"}}.Name}}: {{.Name}} and {{.Name}}
{{.Nothing}}: {{.Nothing}} and {{.Nothing}}
EOF2
