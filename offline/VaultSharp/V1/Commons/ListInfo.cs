using System.Text.Json.Serialization;

namespace VaultSharp.V1.Commons;

public class ListInfo
{
    [JsonPropertyName("keys")]
    public IEnumerable<string> Keys { get; set; }
}
