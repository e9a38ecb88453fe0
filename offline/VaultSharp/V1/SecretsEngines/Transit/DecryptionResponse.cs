using System.Text.Json.Serialization;

namespace VaultSharp.V1.SecretsEngines.Transit;

public class DecryptionResponse : PlainTextData
{
    [JsonPropertyName("batch_results")]
    public List<PlainTextData> BatchedResults { get; set; }
}

public class PlainTextData
{
    [JsonPropertyName("plaintext")]
    public string Base64EncodedPlainText { get; set; }
}
