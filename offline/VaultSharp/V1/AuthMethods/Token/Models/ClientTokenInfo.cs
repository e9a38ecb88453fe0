using System.Text.Json.Serialization;

namespace VaultSharp.V1.AuthMethods.Token.Models;

public class ClientTokenInfo : TokenAccessorInfo
{
    [JsonPropertyName("accessor")]
    public string Accessor { get; set; }

    [JsonPropertyName("explicit_max_ttl")]
    public int ExplicitMaximumTimeToLive { get; set; }

    [JsonPropertyName("renewable")]
    public bool Renewable { get; set; }
}
