using System.Security.Cryptography;
using CreditSystem.Cli.Kubernetes;
using CreditSystem.Cli.Rotation;
using CreditSystem.ServiceDefaults.Certificates;

namespace CreditSystem.Cli.Certificates;

/// <summary>A certificate with what is above it, its key, and the authorities that are trusted, in PEM. Its text holds no key.</summary>
internal sealed record CertificateFiles(string Chain, string Key, string Authorities, string? Revoked)
{
    /// <summary>Key and certificate in one file, as mongod wants them.</summary>
    private const string CombinedFile = "tls-combined.pem";

    public Dictionary<string, string> ByName
    {
        get
        {
            var files = new Dictionary<string, string>
            {
                [CertificateFolder.CertificateFile] = Chain,
                [CertificateFolder.KeyFile] = Key,
                [CertificateFolder.AuthoritiesFile] = Authorities,
                [CombinedFile] = $"{Key.Trim()}\n{Chain}",
            };
            if (Revoked is not null)
                files[CertificateFolder.RevokedFile] = Revoked;
            return files;
        }
    }

    /// <param name="read">A file of the target; null where there is none.</param>
    /// <returns>Null where one of them is missing, other than the lists of revoked certificates.</returns>
    public static async Task<CertificateFiles?> FromAsync(Func<string, Task<string?>> read)
    {
        var (chain, key) = (await read(CertificateFolder.CertificateFile), await read(CertificateFolder.KeyFile));
        return chain is null || key is null || await read(CertificateFolder.AuthoritiesFile) is not { } authorities
            ? null
            : new CertificateFiles(chain, key, authorities, await read(CertificateFolder.RevokedFile));
    }

    /// <returns>Null where they do not belong together.</returns>
    public CertificateSet? LoadOrNull()
    {
        try
        {
            return CertificateSet.Load(Chain, Key, Authorities, Revoked);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    public override string ToString() => nameof(CertificateFiles);
}

/// <summary>Where a service finds its certificate: a folder, or a Secret of Kubernetes.</summary>
internal interface ICertificateTarget
{
    /// <summary>Its name for people.</summary>
    string Name { get; }

    /// <returns>Null where there is none, or not all of it.</returns>
    /// <exception cref="CommandException">It may not be read.</exception>
    Task<CertificateFiles?> FindAsync(CancellationToken cancellationToken);

    /// <summary>All files at once.</summary>
    /// <exception cref="CommandException">It refuses; it is as it was.</exception>
    Task PutAsync(CertificateFiles files, CancellationToken cancellationToken);
}

/// <summary>A folder, whose files are replaced all at once.</summary>
internal sealed class CertificateDirectory(string path) : ICertificateTarget
{
    private readonly CredentialsDirectory directory = new(path);

    public string Name => path;

    public Task<CertificateFiles?> FindAsync(CancellationToken cancellationToken) =>
        CertificateFiles.FromAsync(name => directory.ReadAsync(name, cancellationToken));

    public Task PutAsync(CertificateFiles files, CancellationToken cancellationToken) =>
        directory.ReplaceAsync(files.ByName, cancellationToken);
}

/// <summary>A Secret, with the keys of those that cert-manager makes.</summary>
internal sealed class CertificateSecret(ClusterSecret secret) : ICertificateTarget
{
    public string Name => secret.Name;

    public async Task<CertificateFiles?> FindAsync(CancellationToken cancellationToken) =>
        await secret.FindAsync(cancellationToken) is { } found
            ? await CertificateFiles.FromAsync(name => Task.FromResult(ClusterSecret.Value(found, name)))
            : null;

    public async Task PutAsync(CertificateFiles files, CancellationToken cancellationToken)
    {
        // The renewal may patch this one Secret and make none.
        if (await secret.FindAsync(cancellationToken) is null)
            await secret.PutAsync(files.ByName, new Dictionary<string, string>(), cancellationToken);
        else
            await secret.TryPatchAsync(ClusterSecret.PatchOf(files.ByName, new Dictionary<string, string>()), cancellationToken);
    }
}
