using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using CreditSystem.Testing;

namespace CreditSystem.Tests.Deploy.Images;

/// <summary>What <c>deploy/build-images --files-only</c> leaves for a machine without a registry: no system below it, and no .NET either.</summary>
public sealed class FilesTests : IDisposable
{
    private const int User = 10002;
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private readonly string _folder = Directory.CreateTempSubdirectory("credit-system-files-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_files_of_the_proxy_belong_to_its_user_nobody_else_may_write_them_and_they_run()
    {
        var built = await ToolProcess.RunAsync(
            new ProcessStartInfo(Repository.PathOf("deploy", "build-images"), ["--files-only", "--only", "vault-proxy", "--output", _folder]), "this repository");
        Assert.True(built.ExitCode == 0, built.Output + built.Error);
        Assert.Equal(["vault-proxy.files.tar.gz", "vault-proxy.sbom.json"], Directory.EnumerateFiles(_folder).Select(Path.GetFileName).Order());

        var archive = Path.Combine(_folder, "vault-proxy.files.tar.gz");
        var entries = await ReadAsync(archive);
        Assert.InRange(entries.Count, 100, int.MaxValue);
        Assert.All(entries, entry => Assert.Equal((User, User), (entry.Uid, entry.Gid)));
        Assert.All(entries, entry => Assert.True((entry.Mode & WritableByOthers) == 0 && (entry.Mode & UnixFileMode.OtherRead) != 0, $"{entry.Name} has mode {entry.Mode}"));
        Assert.All(entries, entry => Assert.True(entry.EntryType is TarEntryType.RegularFile or TarEntryType.Directory, $"{entry.Name} is a {entry.EntryType}"));
        Assert.DoesNotContain(entries, entry => entry.Name.Contains("appsettings.Development", StringComparison.Ordinal));

        var app = Directory.CreateDirectory(Path.Combine(_folder, "vault-proxy", "app")).FullName;
        await using (var gzip = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress))
            await TarFile.ExtractToDirectoryAsync(gzip, app, overwriteFiles: false, TestContext.Current.CancellationToken);
        await InstalledProxy.RunsAsync(app, User, "./CreditSystem.VaultProxy");
    }

    private static async Task<IReadOnlyList<TarEntry>> ReadAsync(string archive)
    {
        List<TarEntry> entries = [];
        await using var tar = new TarReader(new GZipStream(File.OpenRead(archive), CompressionMode.Decompress));
        while (await tar.GetNextEntryAsync(cancellationToken: TestContext.Current.CancellationToken) is { } entry)
            entries.Add(entry);
        return entries;
    }
}
