using CreditSystem.ServiceDefaults;

namespace CreditSystem.Cli.Rotation;

/// <summary>A folder on this machine, as the AppHost gives it to the API.</summary>
internal sealed class DirectoryTarget(string path) : ICredentialTarget
{
    internal const string GenerationsFile = "generations.json";

    /// <summary>Made with the folder's first credentials: another machine may have a folder of the same path.</summary>
    private const string HolderFile = "holder";

    private const string LockFile = ".lock";

    private readonly CredentialsDirectory directory = new(path);

    public string Name => path;

    public async Task<TargetState> ReadAsync(CancellationToken cancellationToken) =>
        await FindAsync(cancellationToken)
            ?? throw new CommandException($"{path} does not exist: run bootstrap with --credentials-directory first.");

    public async Task<TargetState?> FindAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(path))
            return null;
        var secretId = await directory.ReadAsync(CredentialsDirectory.SecretIdFile, cancellationToken);
        var generations = await directory.ReadAsync(GenerationsFile, cancellationToken);
        return new TargetState($"{secretId}\n{generations}", await directory.ReadAsync(CredentialsDirectory.RoleIdFile, cancellationToken),
            secretId, Generation.Read(generations), await directory.ReadAsync(HolderFile, cancellationToken));
    }

    public async Task<bool> TryWriteAsync(TargetState read, string secretId, IReadOnlyList<Generation> generations,
        CancellationToken cancellationToken)
    {
        // Held from the comparison to the swap; the system lets go of it when the process ends, however it ends.
        using var exclusive = TryLock();
        if (exclusive is null || (await ReadAsync(cancellationToken)).Version != read.Version)
            return false;
        await PutAsync(new TargetCredentials(read.RoleId!, secretId, generations, Cluster: null), cancellationToken);
        return true;
    }

    public async Task PutAsync(TargetCredentials credentials, CancellationToken cancellationToken) =>
        await directory.ReplaceAsync(new Dictionary<string, string>
        {
            [CredentialsDirectory.RoleIdFile] = credentials.RoleId,
            [CredentialsDirectory.SecretIdFile] = credentials.SecretId,
            [GenerationsFile] = Generation.Write(credentials.Generations),
            [HolderFile] = await directory.ReadAsync(HolderFile, cancellationToken) ?? $"{Guid.NewGuid()}",
        }, cancellationToken);

    private FileStream? TryLock()
    {
        try
        {
            return new FileStream(Path.Combine(path, LockFile), new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = PrivateFile.Mode,
            });
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new CommandException($"{path} cannot be written.", exception);
        }
    }
}
