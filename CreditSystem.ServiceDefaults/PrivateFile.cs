namespace CreditSystem.ServiceDefaults;

/// <summary>Files that their owner alone can read.</summary>
public static class PrivateFile
{
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>A new file that nobody else could read for a moment either.</summary>
    /// <exception cref="IOException">There is one already.</exception>
    public static FileStream Create(string path)
    {
        var creation = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            creation.UnixCreateMode = Mode;
        return new FileStream(path, creation);
    }

    /// <summary>Replaces a file as a whole: it has what was in it before, or all of this, whenever the process ends.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        using (var file = Create(temporary))
        {
            file.Write(content);
            // The rename must not reach the disk before the contents.
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
