using CreditSystem.ServiceDefaults;

namespace CreditSystem.Cli.Initialization;

/// <summary>
/// The only copy of what Vault says once: each key share and the root token in a file of its own, which its owner alone can read.
/// </summary>
internal sealed class KeyDirectory(string path)
{
    internal const string RootTokenFile = "root_token";

    private const string ShareFile = "unseal_key_";
    private const UnixFileMode DirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string Path { get; } = path;

    /// <summary>Makes the files before there is anything to lose: what follows only fills them.</summary>
    /// <exception cref="CommandException">The folder has something in it, or cannot be written.</exception>
    public KeyFiles Prepare(int shares)
    {
        try
        {
            if (Directory.Exists(Path) && Directory.EnumerateFileSystemEntries(Path).Any())
                throw new CommandUsageException($"{Path} is not empty. Keys are never written over others: name a folder of their own.");
            Directory.CreateDirectory(Path, DirectoryMode);
            File.SetUnixFileMode(Path, DirectoryMode);
            return new KeyFiles([.. Enumerable.Range(1, shares).Select(share => $"{ShareFile}{share}").Append(RootTokenFile)
                .Select(name => PrivateFile.Create(System.IO.Path.Combine(Path, name)))]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{Path} cannot be written: {exception.Message} Vault has not been asked.", exception);
        }
    }

    /// <summary>The shares that are there, in their order.</summary>
    /// <exception cref="CommandException">It cannot be read, or there is none.</exception>
    public IReadOnlyList<string> ReadShares()
    {
        try
        {
            string[] shares =
            [
                .. Directory.EnumerateFiles(Path, $"{ShareFile}*").OrderBy(file => file.Length).ThenBy(file => file, StringComparer.Ordinal)
                    .Select(file => File.ReadAllText(file).Trim()).Where(share => share.Length > 0),
            ];
            return shares.Length > 0 ? shares : throw new CommandException($"{Path} holds no {ShareFile}1, {ShareFile}2, ….");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{Path} cannot be read: {exception.Message}", exception);
        }
    }
}

/// <summary>The files of a <see cref="KeyDirectory"/>, open and empty.</summary>
internal sealed class KeyFiles(IReadOnlyList<FileStream> streams) : IDisposable
{
    /// <exception cref="IOException">There is no room for them: Vault's answer is lost with this process.</exception>
    public void Write(IEnumerable<string> shares, string rootToken)
    {
        foreach (var (stream, text) in streams.Zip(shares.Append(rootToken)))
        {
            stream.Write(System.Text.Encoding.ASCII.GetBytes($"{text}\n"));
            stream.Flush(flushToDisk: true);
        }
    }

    /// <summary>Vault has made none: nothing is left behind.</summary>
    public void Delete()
    {
        Dispose();
        foreach (var stream in streams)
            File.Delete(stream.Name);
        Directory.Delete(Path.GetDirectoryName(streams[0].Name)!);
    }

    public void Dispose()
    {
        foreach (var stream in streams)
            stream.Dispose();
    }
}
