using System.Globalization;

namespace CreditSystem.AppHost.Hosting.Launch;

/// <summary>Two runs on one data directory would lock each other out of their databases: the first one has it until it ends.</summary>
internal sealed class DataDirectoryLock : IDisposable
{
    private readonly FileStream file;

    private DataDirectoryLock(FileStream file, int? previousProcess) => (this.file, PreviousProcess) = (file, previousProcess);

    /// <summary>The run that used the directory before.</summary>
    internal int? PreviousProcess { get; }

    /// <returns>Null while another run has it, which is <paramref name="holder"/>.</returns>
    /// <exception cref="IOException">The directory cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">Nothing may be written there.</exception>
    internal static DataDirectoryLock? TryTake(string directory, out int? holder)
    {
        Directory.CreateDirectory(directory);
        // Nobody can read a locked file, so who has it stands beside it.
        var processFile = Path.Combine(directory, "apphost.pid");
        holder = Read(processFile);
        FileStream file;
        try
        {
            file = new FileStream(Path.Combine(directory, "apphost.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }

        File.WriteAllText(processFile, $"{Environment.ProcessId}");
        return new DataDirectoryLock(file, holder);
    }

    public void Dispose() => file.Dispose();

    private static int? Read(string file) =>
        File.Exists(file) && int.TryParse(File.ReadAllText(file), NumberStyles.None, CultureInfo.InvariantCulture, out var process)
            ? process
            : null;
}
