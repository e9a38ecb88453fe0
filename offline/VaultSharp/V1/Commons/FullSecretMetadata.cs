using System.Text.Json.Serialization;

namespace VaultSharp.V1.Commons;

public class FullSecretMetadata
{
    [JsonPropertyName("created_time")]
    public string CreatedTime { get; set; }

    [JsonPropertyName("current_version")]
    public int CurrentVersion { get; set; }

    [JsonPropertyName("max_versions")]
    public int MaxVersion { get; set; }

    [JsonPropertyName("oldest_version")]
    public int OldestVersion { get; set; }

    [JsonPropertyName("updated_time")]
    public string UpdatedTime { get; set; }

    [JsonPropertyName("versions")]
    public Dictionary<string, SecretMetadata> Versions { get; set; }
}
