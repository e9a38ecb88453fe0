using System.Text.Json.Serialization;

namespace VaultSharp.V1.SecretsEngines.Database;

public class StaticCredentials : UsernamePasswordCredentials
{
    [JsonPropertyName("last_vault_rotation")]
    public string LastVaultRotation { get; set; }
}
