using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json.Nodes;

namespace CreditSystem.Tests.Deploy.Images;

/// <summary>An archive as <c>docker load</c> and <c>k3s ctr images import</c> take it.</summary>
internal sealed class ImageArchive
{
    private readonly Dictionary<string, byte[]> _files = [];

    public ImageArchive(string path)
    {
        using var tar = new TarReader(File.OpenRead(path));
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is null)
                continue;
            using var content = new MemoryStream();
            entry.DataStream.CopyTo(content);
            _files[entry.Name] = content.ToArray();
        }

        var manifest = JsonNode.Parse(_files["manifest.json"])![0]!;
        Tags = [.. manifest["RepoTags"]!.AsArray().Select(tag => (string)tag!)];
        Layers = [.. manifest[nameof(Layers)]!.AsArray().Select(layer => (string)layer!)];
        Config = JsonNode.Parse(_files[(string)manifest[nameof(Config)]!])!["config"]!.AsObject();
    }

    public IReadOnlyList<string> Tags { get; }

    public IReadOnlyList<string> Layers { get; }

    public JsonObject Config { get; }

    /// <summary>Unpacks the last layer, which is the service's.</summary>
    public void Unpack(string folder)
    {
        using var gzip = new GZipStream(new MemoryStream(_files[Layers[^1]]), CompressionMode.Decompress);
        TarFile.ExtractToDirectory(gzip, folder, overwriteFiles: true);
    }
}
