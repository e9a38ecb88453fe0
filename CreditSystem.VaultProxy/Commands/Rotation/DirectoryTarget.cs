namespace CreditSystem.VaultProxy.Commands.Rotation;

/// <summary>A folder on this machine, as the AppHost gives it to the API.</summary>
internal sealed class DirectoryTarget(string path) : ICredentialTarget
{
    internal const string GenerationsFile = "generations.json";

    private const string LockFile = ".lock";

    private readonly CredentialsDirectory directory = new(path);

    public string Name => path;

    public async Task<TargetState> ReadAsync(CancellationToken cancellationToken) =>
        await FindAsync(cancellationToken) ?? throw new CommandFailure($"{path} does not exist: run bootstrap with --credentials-directory first.");

    public async Task<TargetState?> FindAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(path))
            return null;
        var secretId = await directory.ReadAsync(CredentialsDirectory.SecretIdFile, cancellationToken);
        var generations = await directory.ReadAsync(GenerationsFile, cancellationToken);
        return new TargetState($"{secretId}\n{generations}", await directory.ReadAsync(CredentialsDirectory.RoleIdFile, cancellationToken), secretId, Generation.Read(generations));
    }

    public async Task<bool> TryWriteAsync(TargetState read, string secretId, IReadOnlyList<Generation> generations, CancellationToken cancellationToken)
    {
        // Held from the comparison to the swap; the system lets go of it when the process ends, however it ends.
        using var exclusive = TryLock();
        if (exclusive is null || (await ReadAsync(cancellationToken)).Version != read.Version)
            return false;
        await PutAsync(read.RoleId!, secretId, generations, cancellationToken);
        return true;
    }

    public Task PutAsync(string roleId, string secretId, IReadOnlyList<Generation> generations, CancellationToken cancellationToken) =>
        directory.ReplaceAsync(new Dictionary<string, string>
        {
            [CredentialsDirectory.RoleIdFile] = roleId,
            [CredentialsDirectory.SecretIdFile] = secretId,
            [GenerationsFile] = Generation.Write(generations),
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
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new CommandFailure($"{path} cannot be written.", exception);
        }
    }
}
