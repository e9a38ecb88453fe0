using System.ComponentModel.DataAnnotations;
using CreditSystem.Secrets.Database;
using CreditSystem.Secrets.Snapshot;
using CreditSystem.Secrets.Transit;

namespace CreditSystem.Secrets.Vault;

/// <summary>Where the secrets are and how to log in. The names of Vault's own environment variables win over the section.</summary>
public sealed class VaultOptions
{
    public const string SectionName = "Vault";

    /// <summary>
    /// The vault-proxy, or Vault itself. Without it, secret files, environment and defaults are all there is. <c>VAULT_ADDR</c>.
    /// </summary>
    public Uri? Address { get; set; }

    /// <summary>Sent as <c>X-Vault-Namespace</c> with every call. <c>VAULT_NAMESPACE</c>.</summary>
    public string? Namespace { get; set; }

    /// <summary>PEM file of the certificate authority that signed Vault's certificate. <c>VAULT_CACERT</c>.</summary>
    public string? CaCertificate { get; set; }

    /// <summary>PEM file of our own certificate, where Vault asks its clients for one. <c>VAULT_CLIENT_CERT</c>.</summary>
    public string? ClientCertificate { get; set; }

    /// <summary>PEM file of its key. <c>VAULT_CLIENT_KEY</c>.</summary>
    public string? ClientKey { get; set; }

    /// <summary>
    /// <c>VAULT_ROLE_ID</c>. An environment variable never changes in a running process: prefer <see cref="CredentialsDirectory"/>.
    /// </summary>
    public string? RoleId { get; set; }

    /// <summary><c>VAULT_SECRET_ID</c>.</summary>
    public string? SecretId { get; set; }

    /// <summary>A token that wraps the secret_id (response wrapping); it can be opened once. <c>VAULT_WRAPPED_SECRET_ID</c>.</summary>
    public string? WrappedSecretId { get; set; }

    /// <summary>
    /// A folder with the files <c>role_id</c> and <c>secret_id</c> or <c>wrapped_secret_id</c>; it is watched.
    /// <c>VAULT_CREDENTIALS_DIRECTORY</c>.
    /// </summary>
    public string? CredentialsDirectory { get; set; }

    /// <summary>
    /// A file with the seeds of the second factor, where Vault asks the role for one (login MFA with TOTP): an <c>otpauth://</c> URL a
    /// line. Keep it away from the secret_id: who holds both needs no second factor. <c>VAULT_TOTP_FILE</c>.
    /// </summary>
    public string? TotpFile { get; set; }

    /// <summary>How often <see cref="CredentialsDirectory"/> is read in case a change went unnoticed.</summary>
    public TimeSpan CredentialsPollInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The name of the AppRole; where it is given, only a secret_id wrapped for that role is accepted.</summary>
    public string? RoleName { get; set; }

    /// <summary>
    /// How long before the end of its lease a token that could not be renewed is replaced by another login; at most a sixth of the lease.
    /// </summary>
    public TimeSpan RenewalDeadline { get; set; } = TimeSpan.FromMinutes(5);

    [Required]
    public string AppRoleMountPoint { get; set; } = "approle";

    [Required]
    public string MountPoint { get; set; } = "secret";

    /// <summary>All secrets below it are configuration; <c>flask-app</c> plugs into an existing Vault.</summary>
    [Required]
    public string Prefix { get; set; } = "credit-system";

    /// <summary>Folders of key-per-file secrets, the first wins.</summary>
    public IList<string> SecretDirectories { get; } = [];

    /// <summary>How often the versions of the secrets are compared.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long a secret that Vault does not confirm goes on being used; <see cref="MaxStalenessBySecret"/> says otherwise for one of them.
    /// </summary>
    public TimeSpan MaxStaleness { get; set; } = TimeSpan.FromHours(72);

    /// <summary>By the last part of the secret's path: <c>mongodb</c>, <c>redis</c>, <c>app</c>, <c>monitoring</c>.</summary>
    public IDictionary<string, TimeSpan> MaxStalenessBySecret { get; } = new Dictionary<string, TimeSpan>(StringComparer.OrdinalIgnoreCase);

    public SnapshotOptions Snapshot { get; set; } = new();

    public DatabaseOptions MongoDB { get; set; } = new();

    public TransitOptions Transit { get; set; } = new();

    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long the start waits for Vault before it goes on without. Null: 20 s, and 90 s with a second factor, of which a replica that
    /// starts beside others may have to wait for a passcode of its own.
    /// </summary>
    public TimeSpan? StartTimeout { get; set; }

    internal TimeSpan EffectiveStartTimeout => StartTimeout ?? TimeSpan.FromSeconds(TotpFile is null ? 20 : 90);

    public TimeSpan MaxStalenessOf(string secret) => MaxStalenessBySecret.TryGetValue(secret, out var own) ? own : MaxStaleness;

    /// <summary>Reads the section, then Vault's own variables, from the configuration as it is before any secret.</summary>
    /// <exception cref="ValidationException">A value cannot be right; the message names it.</exception>
    public static VaultOptions From(IConfiguration configuration)
    {
        var options = new VaultOptions();
        configuration.GetSection(SectionName).Bind(options);
        if (configuration["VAULT_ADDR"] is { Length: > 0 } address)
            options.Address = Uri.TryCreate(address, UriKind.Absolute, out var uri) ? uri : null;
        if (options.Address is not { Scheme: "http" or "https" }
            && (options.Address is not null || configuration["VAULT_ADDR"] is { Length: > 0 }))
            throw new ValidationException("VAULT_ADDR is no address of a Vault: http://<host>:<port> or https://<host>:<port>.");
        options.Namespace = Named(configuration, "VAULT_NAMESPACE") ?? options.Namespace;
        options.CaCertificate = Named(configuration, "VAULT_CACERT") ?? options.CaCertificate;
        options.ClientCertificate = Named(configuration, "VAULT_CLIENT_CERT") ?? options.ClientCertificate;
        options.ClientKey = Named(configuration, "VAULT_CLIENT_KEY") ?? options.ClientKey;
        options.RoleId = Named(configuration, "VAULT_ROLE_ID") ?? options.RoleId;
        options.SecretId = Named(configuration, "VAULT_SECRET_ID") ?? options.SecretId;
        options.WrappedSecretId = Named(configuration, "VAULT_WRAPPED_SECRET_ID") ?? options.WrappedSecretId;
        options.CredentialsDirectory = Named(configuration, "VAULT_CREDENTIALS_DIRECTORY") ?? options.CredentialsDirectory;
        options.TotpFile = Named(configuration, "VAULT_TOTP_FILE") ?? options.TotpFile;
        options.Snapshot.Path = Named(configuration, "VAULT_SNAPSHOT_PATH") ?? options.Snapshot.Path;
        options.Snapshot.KeyFile = Named(configuration, "VAULT_SNAPSHOT_KEY_FILE") ?? options.Snapshot.KeyFile;
        options.Snapshot.Key = Named(configuration, "VAULT_SNAPSHOT_KEY") ?? options.Snapshot.Key;
        if (options.SecretDirectories.Count == 0)
            options.SecretDirectories.Add("/run/secrets");
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        return options;
    }

    private static string? Named(IConfiguration configuration, string name) => configuration[name] is { Length: > 0 } value ? value : null;
}
