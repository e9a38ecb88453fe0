using System.Text.Json.Serialization;

namespace VaultSharp.V1.AuthMethods.Token.Models;

public class TokenInfo
{
    [JsonPropertyName("policies")]
    public List<string> Policies { get; set; }

    [JsonPropertyName("meta")]
    public Dictionary<string, string> Metadata { get; set; }

    [JsonPropertyName("path")]
    public string CreatedByPath { get; set; }

    [JsonPropertyName("display_name")]
    public string DisplayName { get; set; }

    [JsonPropertyName("num_uses")]
    public int MaximumUsageCount { get; set; }

    [JsonPropertyName("expire_time")]
    public string ExpireTime { get; set; }
}
