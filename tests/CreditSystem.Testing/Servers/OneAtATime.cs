namespace CreditSystem.Testing.Servers;

/// <summary>
/// <c>dotnet test</c> runs as many projects at once as there are processors. Those that start servers wait for each other: all
/// servers together on a small machine start too late for the tests that wait for them.
/// </summary>
public sealed class OneAtATime : IAsyncLifetime
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(500);

    private FileStream? turn;

    public async ValueTask InitializeAsync()
    {
        while ((turn = Take(Repository.PathOf("artifacts", "tests.lock"))) is null)
            await Task.Delay(Again);
    }

    public ValueTask DisposeAsync() => turn?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>The lock ends with the process, however that ends.</summary>
    private static FileStream? Take(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
