using System.Text.Json.Serialization;

namespace VaultSharp.V1.SystemBackend;

public class RenewedLease
{
    [JsonPropertyName("lease_id")]
    public string LeaseId { get; set; }

    [JsonPropertyName("renewable")]
    public bool Renewable { get; set; }

    [JsonPropertyName("lease_duration")]
    public int LeaseDuration { get; set; }
}
