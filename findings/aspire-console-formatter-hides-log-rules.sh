#!/usr/bin/env bash
# Aspire.Hosting 13.6.5 × Microsoft.Extensions.Logging.Console 10.0.14: a service's rules for the console provider stop counting when
# the AppHost starts it.
#
# The AppHost gives every project LOGGING__CONSOLE__FORMATTERNAME=simple. Environment variables become keys in capitals, so beside
# appsettings.json the section is there as "CONSOLE"; configuration does not tell keys apart by case and keeps the spelling of the
# variable, but the logging filters compare a section's name with the alias of a provider ("Console") case by case. The level under
# Logging:Console:LogLevel in appsettings.json is then a rule of a provider that does not exist, and lines that it turns off appear:
# only under the AppHost, never when the service is started alone.
#
# Seen (.NET 10.0.12), with Logging:Console:LogLevel:Default = None in appsettings.json:
#   alone: 0 lines
#   with the variable that the AppHost sets: 1 line
#   with the same variable spelled Logging__Console__FormatterName: 0 lines
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >run.csproj <<'EOF'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Microsoft.Extensions.Hosting" Version="10.0.14" />
    <PackageReference Include="Aspire.Hosting" Version="13.6.5" />
    <PackageReference Include="Polly.Core" Version="8.8.0" />
    <PackageReference Include="Nerdbank.MessagePack" Version="1.3.88" />
    <Content Include="appsettings.json" CopyToOutputDirectory="Always" />
  </ItemGroup>
</Project>
EOF
echo '{ "Logging": { "Console": { "LogLevel": { "Default": "None" } } } }' >appsettings.json
cat >Program.cs <<'EOF'
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

if (args is ["variable"])
{
    // What the AppHost gives a project, asked of the AppHost itself.
    var apphost = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { DisableDashboard = true });
    var project = apphost.AddProject("service", Path.GetFullPath("../../../run.csproj"), options => options.ExcludeLaunchProfile = true);
    var environment = await project.Resource.GetEnvironmentVariableValuesAsync();
    Console.WriteLine(string.Join(' ', environment.Where(one => one.Key.Contains("FORMATTERNAME")).Select(one => $"{one.Key}={one.Value}")));
    return;
}
var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
using var host = builder.Build();
host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Any").LogInformation("a line that is turned off");
EOF
sed -i 's|"../../../run.csproj"|Path.Combine(AppContext.BaseDirectory, "../../../run.csproj")|' Program.cs
dotnet build -v q -nologo >build.log || { cat build.log; exit 1; }
run() { dotnet bin/Debug/net10.0/run.dll "$@"; }
lines() { grep -c 'turned off' || true; }
{
  echo "the AppHost sets: $(run variable)"
  echo "alone: $(run | lines)"
  echo "with that variable: $(LOGGING__CONSOLE__FORMATTERNAME=simple run | lines)"
  echo "with it as Logging__Console__FormatterName: $(Logging__Console__FormatterName=simple run | lines)"
} | tee seen
diff seen - <<'EOF'
the AppHost sets: LOGGING__CONSOLE__FORMATTERNAME=simple
alone: 0
with that variable: 1
with it as Logging__Console__FormatterName: 0
EOF
