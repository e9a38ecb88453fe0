using System.Text.Json.Serialization;

namespace VaultSharp.V1.SystemBackend;

public class HealthStatus
{
    [JsonPropertyName("initialized")]
    public bool Initialized { get; set; }

    [JsonPropertyName("sealed")]
    public bool Sealed { get; set; }

    [JsonPropertyName("standby")]
    public bool Standby { get; set; }

    [JsonPropertyName("version")]
    public string Version { get; set; }

    [JsonIgnore]
    public int? HttpStatusCode { get; set; }
}
