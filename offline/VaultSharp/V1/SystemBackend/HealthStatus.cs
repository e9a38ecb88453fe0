using System.Text.Json.Serialization;

namespace VaultSharp.V1.SystemBackend;

public class HealthStatus
{
    [JsonPropertyName("sealed")]
    public bool Sealed { get; set; }

    [JsonPropertyName("version")]
    public string Version { get; set; }

    [JsonIgnore]
    public int? HttpStatusCode { get; set; }
}
