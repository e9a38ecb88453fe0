using System.Text.Json.Serialization;

namespace VaultSharp.V1.Commons;

public class Secret<TData>
{
    [JsonPropertyName("lease_id")]
    public string LeaseId { get; set; }

    [JsonPropertyName("renewable")]
    public bool Renewable { get; set; }

    [JsonPropertyName("lease_duration")]
    public int LeaseDurationSeconds { get; set; }

    [JsonPropertyName("data")]
    public TData Data { get; set; }

    [JsonPropertyName("wrap_info")]
    public WrapInfo WrapInfo { get; set; }

    [JsonPropertyName("auth")]
    public AuthInfo AuthInfo { get; set; }
}
