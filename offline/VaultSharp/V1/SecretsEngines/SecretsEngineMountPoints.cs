namespace VaultSharp.V1.SecretsEngines;

public class SecretsEngineMountPoints
{
    public string Database { get; set; } = "database";

    public string KeyValueV2 { get; set; } = "kv-v2";

    public string Transit { get; set; } = "transit";
}
