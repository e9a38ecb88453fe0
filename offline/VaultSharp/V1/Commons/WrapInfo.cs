using System.Text.Json.Serialization;

namespace VaultSharp.V1.Commons;

public class WrapInfo
{
    [JsonPropertyName("token")]
    public string Token { get; set; }

    [JsonPropertyName("ttl")]
    public int TimeToLive { get; set; }

    [JsonPropertyName("creation_time")]
    public DateTimeOffset CreationTime { get; set; }

    [JsonPropertyName("creation_path")]
    public string CreationPath { get; set; }
}
