using System.Text.Json.Serialization;

namespace VaultSharp.V1.SystemBackend;

public class TokenWrapData
{
    [JsonPropertyName("creation_path")]
    public string CreationPath { get; set; }
}
