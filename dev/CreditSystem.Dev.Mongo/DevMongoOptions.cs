namespace CreditSystem.Dev.Mongo;

/// <summary>What the environment asks for; the names are those of the container image that this server stands in for.</summary>
internal sealed record DevMongoOptions(string? Username, string? Password, int Port, string DataDirectory, string CacheDirectory)
{
    /// <summary>Without a root user the server is open, as the container image is.</summary>
    public bool RequiresAuthentication => Username is not null;

    public static DevMongoOptions FromEnvironment(DevEnvironment environment)
    {
        var (username, password) = (environment["MONGO_INITDB_ROOT_USERNAME"], environment["MONGO_INITDB_ROOT_PASSWORD"]);
        if (username is null != password is null)
            throw DevEnvironment.Invalid("MONGO_INITDB_ROOT_USERNAME and MONGO_INITDB_ROOT_PASSWORD go together: set both or neither.");

        var data = environment["DEV_DATA_DIRECTORY"] ?? Path.Combine(Folder("XDG_DATA_HOME", ".local/share"), "mongodb");
        var cache = environment["DEV_CACHE_DIRECTORY"] ?? Folder("XDG_CACHE_HOME", ".cache");
        return new DevMongoOptions(
            username, password, environment.Port("MONGO_PORT", 27017), Path.GetFullPath(data), Path.GetFullPath(cache));

        string Folder(string xdgName, string fallback) =>
            environment.UserFolder(xdgName, fallback, "DEV_DATA_DIRECTORY and DEV_CACHE_DIRECTORY");
    }
}
