using System.Text.Json.Serialization;

namespace VaultSharp.V1.SystemBackend;

public class TokenWrapData
{
    [JsonPropertyName("creation_path")]
    public string CreationPath { get; set; }

    [JsonPropertyName("creation_time")]
    public DateTimeOffset CreationTime { get; set; }

    [JsonPropertyName("creation_ttl")]
    public int CreationTimeToLive { get; set; }
}
