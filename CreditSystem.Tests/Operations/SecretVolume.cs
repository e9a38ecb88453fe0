using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace CreditSystem.Tests.Operations;

/// <summary>
/// A Secret mounted as a directory, changed as the kubelet changes it: a new folder beside the old one, one rename of the link
/// <c>..data</c>, then the end of the old folder. The files that a pod opens are links through it.
/// (https://github.com/kubernetes/kubernetes/blob/master/pkg/volume/util/atomic_writer.go)
/// </summary>
internal sealed class SecretVolume : IDisposable
{
    private int mirrored;

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("credit-system-secret-volume-").FullName;

    /// <summary>Brings the files to what the Secret holds.</summary>
    public async Task MirrorAsync(JsonObject secret)
    {
        var before = Link("..data").LinkTarget;
        var name = string.Create(CultureInfo.InvariantCulture, $"..{TimeProvider.System.GetUtcNow():yyyy_MM_dd_HH_mm_ss}.{++mirrored:000000000}");
        System.IO.Directory.CreateDirectory(Path.Combine(Directory, name));
        foreach (var (key, value) in secret["data"]!.AsObject())
            await File.WriteAllBytesAsync(Path.Combine(Directory, name, key), Convert.FromBase64String((string)value!));

        File.CreateSymbolicLink(Path.Combine(Directory, "..data_tmp"), name);
        await RenameAsync("..data_tmp", "..data");
        foreach (var key in secret["data"]!.AsObject().Select(pair => pair.Key).Where(key => Link(key).LinkTarget is null))
            File.CreateSymbolicLink(Path.Combine(Directory, key), Path.Combine("..data", key));
        if (before is not null)
            System.IO.Directory.Delete(Path.Combine(Directory, before), recursive: true);
    }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    private FileInfo Link(string name) => new(Path.Combine(Directory, name));

    // rename(2) of a link to a folder over another one; File.Move follows the link.
    private async Task RenameAsync(string from, string to)
    {
        using var rename = Process.Start("mv", ["-T", Path.Combine(Directory, from), Path.Combine(Directory, to)]);
        await rename.WaitForExitAsync();
        Assert.Equal(0, rename.ExitCode);
    }
}
