using System.ComponentModel.DataAnnotations;

namespace CreditSystem.Secrets.Rotation;

public sealed class ConnectionOptions
{
    public const string SectionName = "Connections";

    /// <summary>How long a client that has been replaced stays, for operations that are not counted.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long operations in flight may keep it after that.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long an operation whose credentials were refused waits for others.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan CredentialPatience { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a new connection finds out whether the server still accepts the configured credentials.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan CredentialCheckInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The time for a server to accept a connection and to answer a probe.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(3);
}
