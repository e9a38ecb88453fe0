using System.Text.Json.Serialization;

namespace VaultSharp.V1.Commons;

public class SecretData : SecretData<IDictionary<string, object>>
{
}

public class SecretData<T>
{
    [JsonPropertyName("data")]
    public T Data { get; set; }

    [JsonPropertyName("metadata")]
    public CurrentSecretMetadata Metadata { get; set; }
}
