#!/usr/bin/env bash
# KubernetesClient 21.0.8: `strict: true` counts for nothing in KubernetesYaml.LoadAllFromFileAsync and LoadAllFromStreamAsync.
#
# Both say of the parameter that unknown properties are an exception with it, and do not hand it on to what reads the text. A manifest
# with a member that is written wrong, `replica` for `replicas`, passes; the Deployment that goes to the cluster has one replica. In
# LoadAllFromString, and in LoadFromFileAsync, which reads one object, it counts. A gate over manifests in CI must read the text itself.
#
# Seen (.NET 10.0.12), for the same manifest with strict: true:
#   LoadAllFromString: YamlException
#   LoadFromFileAsync: YamlException
#   LoadAllFromFileAsync: read, replicas: none
#   LoadAllFromStreamAsync: read, replicas: none
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >deployment.yaml <<'EOF2'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
spec:
  replica: 3
  selector:
    matchLabels:
      app: api
  template:
    metadata:
      labels:
        app: api
    spec:
      containers:
        - name: api
          image: registry.example/api:1
EOF2
cat >run.csproj <<'EOF2'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
  <ItemGroup><PackageReference Include="KubernetesClient" Version="21.0.8" /></ItemGroup>
</Project>
EOF2
cat >Program.cs <<'EOF2'
using k8s;
using k8s.Models;
using YamlDotNet.Core;

const string Path = "deployment.yaml";
await TryAsync("LoadAllFromString", () => Task.FromResult(KubernetesYaml.LoadAllFromString(File.ReadAllText(Path), strict: true)));
await TryAsync("LoadFromFileAsync", async () => [await KubernetesYaml.LoadFromFileAsync<V1Deployment>(Path, strict: true)]);
await TryAsync("LoadAllFromFileAsync", () => KubernetesYaml.LoadAllFromFileAsync(Path, strict: true));
await TryAsync("LoadAllFromStreamAsync", async () =>
{
    await using var stream = File.OpenRead(Path);
    return await KubernetesYaml.LoadAllFromStreamAsync(stream, strict: true);
});

static async Task TryAsync(string name, Func<Task<List<object>>> load)
{
    try
    {
        var read = (V1Deployment)(await load()).Single();
        Console.WriteLine($"{name}: read, replicas: {read.Spec.Replicas?.ToString() ?? "none"}");
    }
    catch (YamlException refused)
    {
        Console.WriteLine($"{name}: {refused.GetType().Name}");
    }
}
EOF2
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
seen=$(dotnet run -c Release -v q)
echo "$seen"
[ "$seen" = 'LoadAllFromString: YamlException
LoadFromFileAsync: YamlException
LoadAllFromFileAsync: read, replicas: none
LoadAllFromStreamAsync: read, replicas: none' ]
