namespace CreditSystem.Secrets.Rotation;

public static class ConnectionNames
{
    public const string Mongo = "credit-system";
    public const string Redis = "redis";
}
