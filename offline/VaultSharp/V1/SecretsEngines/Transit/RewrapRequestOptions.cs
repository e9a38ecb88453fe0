using System.Text.Json.Serialization;

namespace VaultSharp.V1.SecretsEngines.Transit;

public class RewrapRequestOptions : RewrapItem
{
    [JsonPropertyName("batch_input")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public List<RewrapItem> BatchedRewrapItems { get; set; }
}

public class RewrapItem : DecryptionItem
{
    [JsonPropertyName("key_version")]
    public int KeyVersion { get; set; }
}
