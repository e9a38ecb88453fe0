using System.Text.Json.Serialization;

namespace VaultSharp.V1.SecretsEngines;

public class UsernamePasswordCredentials
{
    [JsonPropertyName("username")]
    public string Username { get; set; }

    [JsonPropertyName("password")]
    public string Password { get; set; }
}
