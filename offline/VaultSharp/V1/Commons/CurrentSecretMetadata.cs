using System.Text.Json.Serialization;

namespace VaultSharp.V1.Commons;

public class CurrentSecretMetadata
{
    [JsonPropertyName("deletion_time")]
    public string DeletionTime { get; set; }

    [JsonPropertyName("version")]
    public int Version { get; set; }
}
