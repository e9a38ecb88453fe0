using System.Text.Json.Serialization;

namespace VaultSharp.V1.SecretsEngines.Transit;

public class EncryptionResponse : CipherTextData
{
    [JsonPropertyName("batch_results")]
    public List<CipherTextData> BatchedResults { get; set; }
}

public class CipherTextData
{
    [JsonPropertyName("ciphertext")]
    public string CipherText { get; set; }
}
