using System.Text.Json.Serialization;

namespace VaultSharp.V1.SystemBackend;

public class RenewedLease
{
    [JsonPropertyName("lease_duration")]
    public int LeaseDuration { get; set; }
}
