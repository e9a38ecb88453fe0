#!/usr/bin/env bash
# Kestrel of ASP.NET Core 10.0: whether a server's intermediate certificates are sent depends on how the same chain is named.
#
# The server's certificate and the intermediate that signed it, as authorities and Vault's PKI hand them out:
#   a PEM file in the configuration: both are sent; a PFX file of the same two, in the configuration or in UseHttps: the first alone.
#   ServerCertificate and ServerCertificateChain: both. ServerCertificateSelector, which is there so that a certificate can be replaced
#   while the server runs, takes no notice of ServerCertificateChain beside it, whose documentation calls it the full server certificate
#   chain presented when a connection is initiated: the first alone.
# Clients that trust the root and have not met the intermediate before (curl, Go, Java, .NET) refuse the server; browsers that keep or
# fetch intermediates do not, so a first look shows nothing.
#
# The documentation on endpoints gives PEM and PFX files as two ways to say the same, and the selector's says nothing of a chain.
# dotnet/aspnetcore#66952, open, tells of files that are not PEM. UseHttps(TlsHandshakeCallbackOptions) with
# SslStreamCertificateContext.Create(certificate, intermediates) sends what it is given, and can be replaced.
#
# Seen (.NET 10.0.12), certificates that a client is sent:
#   PEM file: 2
#   PFX file: 1
#   PFX file in UseHttps: 1
#   ServerCertificate and ServerCertificateChain: 2
#   ServerCertificateSelector and ServerCertificateChain: 1
#   TlsHandshakeCallbackOptions: 2
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >run.csproj <<'EOF2'
<Project Sdk="Microsoft.NET.Sdk.Web">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable>
  </PropertyGroup>
</Project>
EOF2
cat >Program.cs <<'EOF2'
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

MakeFiles();
using var certificate = X509Certificate2.CreateFromPemFile("chain.pem", "key.pem");
var chain = new X509Certificate2Collection();
chain.ImportFromPemFile("chain.pem");
var intermediates = new X509Certificate2Collection(chain[1]);

await ShowAsync("PEM file", [
    new("Kestrel:Endpoints:Https:Url", "https://127.0.0.1:0"),
    new("Kestrel:Endpoints:Https:Certificate:Path", "chain.pem"), new("Kestrel:Endpoints:Https:Certificate:KeyPath", "key.pem")]);
await ShowAsync("PFX file", [
    new("Kestrel:Endpoints:Https:Url", "https://127.0.0.1:0"),
    new("Kestrel:Endpoints:Https:Certificate:Path", "chain.pfx")]);
await ShowAsync("PFX file in UseHttps", [], file: "chain.pfx");
await ShowAsync("ServerCertificate and ServerCertificateChain", [], https =>
    (https.ServerCertificate, https.ServerCertificateChain) = (certificate, intermediates));
await ShowAsync("ServerCertificateSelector and ServerCertificateChain", [], https =>
    (https.ServerCertificateSelector, https.ServerCertificateChain) = ((_, _) => certificate, intermediates));
var context = SslStreamCertificateContext.Create(certificate, intermediates, offline: true);
await ShowAsync("TlsHandshakeCallbackOptions", [], callback: new TlsHandshakeCallbackOptions
{
    OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificateContext = context }),
});

static async Task ShowAsync(
    string name, KeyValuePair<string, string?>[] settings, Action<HttpsConnectionAdapterOptions>? configure = null,
    TlsHandshakeCallbackOptions? callback = null, string? file = null)
{
    var builder = WebApplication.CreateBuilder();
    builder.Logging.ClearProviders();
    builder.Configuration.AddInMemoryCollection(settings);
    builder.WebHost.ConfigureKestrel(kestrel =>
    {
        if (configure is not null)
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(configure));
        if (file is not null)
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(file));
        if (callback is not null)
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(callback));
    });
    await using var app = builder.Build();
    await app.StartAsync();
    using var connection = new TcpClient();
    await connection.ConnectAsync(IPAddress.Loopback, new Uri(app.Urls.First()).Port);
    var sent = 0;
    // What a client is sent is in ExtraStore, the server's own among it; nothing is sent over the connection.
    await using var tls = new SslStream(connection.GetStream(), false, (_, remote, built, _) =>
    {
        sent = built!.ChainPolicy.ExtraStore.Count;
        return true;
    });
    await tls.AuthenticateAsClientAsync("server.example");
    Console.WriteLine($"{name}: {sent}");
}

static void MakeFiles()
{
    var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    using var root = Authority("CN=root", rootKey).CreateSelfSigned(from, to);
    using var middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    using var middle = Authority("CN=intermediate", middleKey).Create(root, from, to, [1]).CopyWithPrivateKey(middleKey);
    using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    using var leaf = new CertificateRequest("CN=server.example", key, HashAlgorithmName.SHA256).Create(middle, from, to, [2]);
    File.WriteAllText("chain.pem", $"{leaf.ExportCertificatePem()}\n{middle.ExportCertificatePem()}\n");
    File.WriteAllText("key.pem", key.ExportPkcs8PrivateKeyPem());
    using var whole = leaf.CopyWithPrivateKey(key);
    using var unkeyed = X509CertificateLoader.LoadCertificate(middle.RawData);
    File.WriteAllBytes("chain.pfx", new X509Certificate2Collection { whole, unkeyed }.Export(X509ContentType.Pkcs12)!);

    static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request;
    }
}
EOF2
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
seen=$(dotnet run -c Release -v q)
echo "$seen"
[ "$seen" = 'PEM file: 2
PFX file: 1
PFX file in UseHttps: 1
ServerCertificate and ServerCertificateChain: 2
ServerCertificateSelector and ServerCertificateChain: 1
TlsHandshakeCallbackOptions: 2' ]
