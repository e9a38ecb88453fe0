using System.Text.Json.Serialization;

namespace VaultSharp.V1.AuthMethods.Token.Models;

public class TokenAccessorInfo : TokenInfo
{
    [JsonPropertyName("creation_time")]
    public int CreationTime { get; set; }

    [JsonPropertyName("creation_ttl")]
    public int CreationTimeToLive { get; set; }

    [JsonPropertyName("orphan")]
    public bool Orphan { get; set; }

    [JsonPropertyName("ttl")]
    public int TimeToLive { get; set; }

    [JsonPropertyName("type")]
    public string Type { get; set; }
}
