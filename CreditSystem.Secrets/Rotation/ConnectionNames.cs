namespace CreditSystem.Secrets.Rotation;

internal static class ConnectionNames
{
    public const string Mongo = "credit-system";
    public const string Redis = "redis";
}
