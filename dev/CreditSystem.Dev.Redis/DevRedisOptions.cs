namespace CreditSystem.Dev.Redis;

/// <summary>What the environment asks for; the names are those of the container that this server stands in for.</summary>
internal sealed record DevRedisOptions(string? Password, int Port, string DataDirectory)
{
    public static DevRedisOptions FromEnvironment(DevEnvironment environment)
    {
        var data = environment["DEV_DATA_DIRECTORY"]
            ?? Path.Combine(environment.UserFolder("XDG_DATA_HOME", ".local/share", "DEV_DATA_DIRECTORY"), "redis");
        return new DevRedisOptions(environment["REDIS_PASSWORD"], environment.Port("REDIS_PORT", 6379), Path.GetFullPath(data));
    }
}
