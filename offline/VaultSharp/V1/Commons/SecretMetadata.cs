using System.Text.Json.Serialization;

namespace VaultSharp.V1.Commons;

public class SecretMetadata
{
    [JsonPropertyName("created_time")]
    public string CreatedTime { get; set; }

    [JsonPropertyName("deletion_time")]
    public string DeletionTime { get; set; }

    [JsonPropertyName("destroyed")]
    public bool Destroyed { get; set; }
}
