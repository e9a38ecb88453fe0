using System.Text.Json.Serialization;

namespace VaultSharp.V1.SecretsEngines.Transit;

public class DecryptRequestOptions : DecryptionItem
{
    [JsonPropertyName("batch_input")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public List<DecryptionItem> BatchedDecryptionItems { get; set; }
}

public class DecryptionItem
{
    [JsonPropertyName("ciphertext")]
    public string CipherText { get; set; }

    [JsonPropertyName("context")]
    public string Base64EncodedContext { get; set; }
}
