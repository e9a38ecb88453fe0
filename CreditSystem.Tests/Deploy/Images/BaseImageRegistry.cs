using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace CreditSystem.Tests.Deploy.Images;

/// <summary>
/// A registry of this machine with one image, so that an image can be built where none can be pulled (OCI distribution
/// specification: https://github.com/opencontainers/distribution-spec/blob/main/spec.md). The image has one file and no system.
/// </summary>
internal sealed class BaseImageRegistry : IAsyncDisposable
{
    private const string ManifestType = "application/vnd.docker.distribution.manifest.v2+json";

    private readonly Dictionary<string, byte[]> _blobs = [];
    private readonly WebApplication _app;
    private readonly byte[] _manifest;

    private BaseImageRegistry()
    {
        var layer = Layer();
        var config = JsonSerializer.SerializeToUtf8Bytes(new
        {
            architecture = "amd64",
            os = "linux",
            config = new { Env = new[] { "PATH=/usr/bin" } },
            rootfs = new { type = "layers", diff_ids = new[] { Digest(Unpack(layer)) } },
        });
        _blobs[Digest(layer)] = layer;
        _blobs[Digest(config)] = config;
        _manifest = JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            mediaType = ManifestType,
            config = new { mediaType = "application/vnd.docker.container.image.v1+json", digest = Digest(config), size = config.Length },
            layers = new[] { new { mediaType = "application/vnd.docker.image.rootfs.diff.tar.gzip", digest = Digest(layer), size = layer.Length } },
        });

        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapGet("/v2/", () => Results.Ok());
        _app.MapGet("/v2/base/manifests/{reference}", Manifest);
        _app.MapGet("/v2/base/blobs/{digest}", (string digest) => _blobs.TryGetValue(digest, out var blob) ? Results.Bytes(blob) : Results.NotFound());
    }

    /// <summary>Host and port, as a reference to an image begins.</summary>
    public string Host => new Uri(_app.Urls.Single()).Authority;

    public string Image => $"{Host}/base:1";

    public static async Task<BaseImageRegistry> StartAsync()
    {
        var registry = new BaseImageRegistry();
        await registry._app.StartAsync();
        return registry;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private IResult Manifest(HttpContext context)
    {
        context.Response.Headers["Docker-Content-Digest"] = Digest(_manifest);
        return Results.Bytes(_manifest, ManifestType);
    }

    private static byte[] Layer()
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        using (var tar = new TarWriter(gzip))
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "etc/base") { DataStream = new MemoryStream("base"u8.ToArray()) });
        return compressed.ToArray();
    }

    private static byte[] Unpack(byte[] layer)
    {
        using var unpacked = new MemoryStream();
        using var gzip = new GZipStream(new MemoryStream(layer), CompressionMode.Decompress);
        gzip.CopyTo(unpacked);
        return unpacked.ToArray();
    }

    private static string Digest(byte[] content) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}";
}
