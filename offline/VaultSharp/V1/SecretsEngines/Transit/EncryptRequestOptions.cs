using System.Text.Json.Serialization;

namespace VaultSharp.V1.SecretsEngines.Transit;

public class EncryptRequestOptions : EncryptionItem
{
    [JsonPropertyName("batch_input")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public List<EncryptionItem> BatchedEncryptionItems { get; set; }
}

public class EncryptionItem
{
    [JsonPropertyName("plaintext")]
    public string Base64EncodedPlainText { get; set; }

    [JsonPropertyName("context")]
    public string Base64EncodedContext { get; set; }
}
