namespace CreditSystem.Tests.Fixtures;

/// <summary>The data directory of an AppHost that a test has started.</summary>
internal static class AppHostData
{
    private const int Attempts = 60;

    /// <summary>The orchestrator outlives the AppHost by seconds, and the servers that it ends still write to their data.</summary>
    public static async ValueTask DeleteAsync(string directory)
    {
        for (var attempt = 1; Directory.Exists(directory); attempt++)
            try
            {
                Directory.Delete(directory, recursive: true);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException && attempt < Attempts)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(500), CancellationToken.None);
            }
    }
}
