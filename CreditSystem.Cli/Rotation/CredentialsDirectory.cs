using System.Runtime.InteropServices;
using System.Text;
using CreditSystem.ServiceDefaults;

namespace CreditSystem.Cli.Rotation;

/// <summary>
/// A folder of credentials as the kubelet lays one out: each file is a link into <c>..data</c>, which is a link to a folder
/// of one generation and is replaced by a rename. A reader or watcher sees the old files or the new ones, never half.
/// </summary>
internal sealed partial class CredentialsDirectory(string path)
{
    internal const string RoleIdFile = "role_id";
    internal const string SecretIdFile = "secret_id";

    private const string Data = "..data";
    private const UnixFileMode DirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string Path { get; } = path;

    /// <summary>The trimmed text of a file; null when there is none, or nothing in it.</summary>
    public async Task<string?> ReadAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return (await File.ReadAllTextAsync(System.IO.Path.Combine(Path, name), cancellationToken)).Trim() is { Length: > 0 } text
                ? text
                : null;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{System.IO.Path.Combine(Path, name)} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Puts all files in place at once; a file that is not among them is no longer there.</summary>
    /// <exception cref="CommandException">The folder cannot be written; then it is as it was.</exception>
    public async Task ReplaceAsync(IReadOnlyDictionary<string, string> files, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(Path, DirectoryMode);
            File.SetUnixFileMode(Path, DirectoryMode);
            var generation = $"..{Guid.CreateVersion7():N}";
            var folder = Directory.CreateDirectory(System.IO.Path.Combine(Path, generation), DirectoryMode).FullName;
            foreach (var (name, text) in files)
                await WriteAsync(System.IO.Path.Combine(folder, name), text, cancellationToken);

            var link = System.IO.Path.Combine(Path, $"{generation}.link");
            File.CreateSymbolicLink(link, generation);
            Rename(link, System.IO.Path.Combine(Path, Data));
            foreach (var name in files.Keys)
                Link(name);
            RemoveOthers(generation, files);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{Path} cannot be written: {exception.Message}", exception);
        }
    }

    /// <summary>File.Move refuses a link to a folder, Directory.Move an existing target; the system's call does both at once.</summary>
    private static void Rename(string from, string to)
    {
        if (NativeRename(from, to) != 0)
            throw new IOException(Marshal.GetLastPInvokeErrorMessage());
    }

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeRename(string from, string to);

    private void Link(string name)
    {
        var file = System.IO.Path.Combine(Path, name);
        var target = System.IO.Path.Combine(Data, name);
        if (new FileInfo(file).LinkTarget == target)
            return;
        // A plain file of an earlier layout gives way to the link in one step as well.
        File.CreateSymbolicLink($"{file}.link", target);
        Rename($"{file}.link", file);
    }

    private void RemoveOthers(string generation, IReadOnlyDictionary<string, string> files)
    {
        foreach (var folder in Directory.EnumerateDirectories(Path, "..*").Where(folder => System.IO.Path.GetFileName(folder) is var name
            && name != Data && name != generation))
            Directory.Delete(folder, recursive: true);
        foreach (var link in Directory.EnumerateFiles(Path).Where(file => new FileInfo(file).LinkTarget is { } target
            && target.StartsWith(Data, StringComparison.Ordinal) && !files.ContainsKey(System.IO.Path.GetFileName(file))))
            File.Delete(link);
        foreach (var left in Directory.EnumerateFiles(Path, "*.link"))
            File.Delete(left);
    }

    private static async Task WriteAsync(string file, string text, CancellationToken cancellationToken)
    {
        await using var stream = PrivateFile.Create(file);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
        // The rename must not reach the disk before the contents.
        stream.Flush(flushToDisk: true);
    }
}
