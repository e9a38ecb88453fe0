#!/usr/bin/env bash
# Microsoft.Orleans.Connections.Security 10.4.2: a silo that chooses its certificate at each handshake reaches no other silo where
# TlsOptions.ClientCertificateMode is RequireCertificate.
#
# TlsOptions has LocalServerCertificateSelector and LocalClientCertificateSelector, so that a certificate can be replaced while a silo
# runs. The side that calls looks at ClientCertificateMode before it looks at the selector: with RequireCertificate it demands
# LocalCertificate, and without that no connection is made; the second silo gives up joining. With AllowCertificate, or with any
# certificate as LocalCertificate beside the selectors, which is then not used, the same two silos find one another. What the side that
# is called demands (RemoteCertificateMode) has no part in it.
#
# Two silos in two processes, found by one another in a table that the first one keeps; one certificate, made here, for both.
#
# Seen (.NET 10.0.12): with AllowCertificate the second silo starts; with RequireCertificate it does not within 20 s, and what is logged as
# an error is only that a task was cancelled.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >run.csproj <<'EOF'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Microsoft.Orleans.Server" Version="10.4.2" />
    <PackageReference Include="Microsoft.Orleans.Connections.Security" Version="10.4.2" />
  </ItemGroup>
</Project>
EOF
cat >Program.cs <<'EOF'
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Connections.Security;

// make FILE | first PORT OTHER FILE MODE | second PORT OTHER FILE MODE
if (args[0] == "make")
{
    using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    var request = new CertificateRequest("CN=silo", key, HashAlgorithmName.SHA256);
    using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    File.WriteAllBytes(args[1], made.Export(X509ContentType.Pkcs12));
    return;
}
var (isFirst, port, other, mode) = (args[0] == "first", int.Parse(args[1]), int.Parse(args[2]), Enum.Parse<RemoteCertificateMode>(args[4]));
var certificate = X509CertificateLoader.LoadPkcs12FromFile(args[3], null);
var builder = Host.CreateApplicationBuilder();
builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Error);
builder.UseOrleans(silo =>
{
    silo.UseDevelopmentClustering(new IPEndPoint(IPAddress.Loopback, isFirst ? port : other));
    silo.ConfigureEndpoints(IPAddress.Loopback, port, gatewayPort: 0);
    silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ("finding", "finding"));
    silo.UseTls(tls =>
    {
        tls.LocalServerCertificateSelector = (_, _) => certificate;
        tls.LocalClientCertificateSelector = (_, _, _, _, _) => certificate;
        tls.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
        tls.RemoteCertificateValidation = (remote, _, _) => remote.Thumbprint == certificate.Thumbprint;
        tls.ClientCertificateMode = mode;
        tls.OnAuthenticateAsClient = (_, client) => client.TargetHost = "silo";
    });
});
using var host = builder.Build();
using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(isFirst ? 60 : 20));
await host.StartAsync(patience.Token);
Console.WriteLine("up");
if (isFirst)
    await Task.Delay(Timeout.Infinite, patience.Token).ContinueWith(_ => { });
EOF
dotnet build -c Release -v q -nologo -clp:ErrorsOnly -o out
dotnet out/run.dll make silo.pfx
port=$((20000 + RANDOM % 8000 * 2))
joins() { # MODE
  port=$((port + 2))
  dotnet out/run.dll first $port $((port + 1)) silo.pfx "$1" >first.log 2>&1 &
  local first=$! result=no
  for _ in $(seq 100); do grep -q '^up' first.log && break; sleep 0.2; done
  grep -q '^up' first.log || { cat first.log; exit 1; }
  { timeout 40 dotnet out/run.dll second $((port + 1)) $port silo.pfx "$1" >second.log 2>&1; } 2>aborted.log || true
  grep -q '^up' second.log && result=yes
  kill $first 2>/dev/null || true
  wait $first 2>/dev/null || true
  echo "$1: the second silo joins: $result"
  [ "$result" = "$2" ] || { cat second.log; exit 1; }
}
joins AllowCertificate yes
joins RequireCertificate no
