namespace CreditSystem.Secrets.Sources;

/// <summary>Key-per-file folders as Docker and Kubernetes mount them: one secret a file, its name the key.</summary>
internal static class SecretFiles
{
    private const int MaxBytes = 64 * 1024;

    /// <summary>The files of a folder, without the <c>..data</c> entries of a Kubernetes volume.</summary>
    public static IEnumerable<string> In(string directory)
    {
        try
        {
            return Directory.Exists(directory)
                ? [.. Directory.EnumerateFiles(directory).Where(path =>
                    !Path.GetFileName(path).StartsWith('.')).Order(StringComparer.Ordinal)]
                : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The trimmed text; null when there is none, or the file went away in the swap of its folder.</summary>
    public static string? Read(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, LinkTarget: null, Length: > MaxBytes })
                return null;
            var text = File.ReadAllText(path).TrimEnd('\r', '\n');
            return text.Length is 0 or > MaxBytes ? null : text;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
