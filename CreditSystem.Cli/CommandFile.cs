namespace CreditSystem.Cli;

/// <summary>Files that the command line names, or that a command keeps.</summary>
internal static class CommandFile
{
    /// <param name="read">Reads it.</param>
    /// <param name="complaint">Begins the sentence: which file cannot be read.</param>
    /// <exception cref="CommandUsageException">It cannot be read.</exception>
    public static async Task<T> ReadAsync<T>(string complaint, Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandUsageException($"{complaint} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Its text, trimmed.</summary>
    /// <inheritdoc cref="ReadAsync{T}"/>
    public static Task<string> ReadTextAsync(string path, CancellationToken cancellationToken) =>
        ReadAsync(path, async () => (await File.ReadAllTextAsync(path, cancellationToken)).Trim());
}
