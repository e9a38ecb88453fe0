using System.Text.Json.Serialization;

namespace VaultSharp.V1.Commons;

public class WrapInfo
{
    [JsonPropertyName("token")]
    public string Token { get; set; }
}
