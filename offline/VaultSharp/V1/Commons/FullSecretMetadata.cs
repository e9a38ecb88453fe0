using System.Text.Json.Serialization;

namespace VaultSharp.V1.Commons;

public class FullSecretMetadata
{
    [JsonPropertyName("current_version")]
    public int CurrentVersion { get; set; }

    [JsonPropertyName("versions")]
    public Dictionary<string, SecretMetadata> Versions { get; set; }
}
