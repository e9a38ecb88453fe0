namespace VaultSharp.V1.SecretsEngines.Database;

public class StaticCredentials : UsernamePasswordCredentials
{
}
