using System.Globalization;

namespace CreditSystem.Dev.Mongo;

/// <summary>What the environment asks for; the names are those of the container image that this server stands in for.</summary>
internal sealed record DevMongoOptions(string? Username, string? Password, int Port, string DataDirectory, string CacheDirectory)
{
    /// <summary>Without a root user the server is open, as the container image is.</summary>
    public bool RequiresAuthentication => Username is not null;

    public static DevMongoOptions FromEnvironment(Func<string, string?> variable)
    {
        var username = NullIfEmpty(variable("MONGO_INITDB_ROOT_USERNAME"));
        var password = NullIfEmpty(variable("MONGO_INITDB_ROOT_PASSWORD"));
        if (username is null != password is null)
            throw new DevServerException(ExitCodes.ConfigurationInvalid, "MONGO_INITDB_ROOT_USERNAME and MONGO_INITDB_ROOT_PASSWORD go together: set both or neither.");

        var data = NullIfEmpty(variable("DEV_DATA_DIRECTORY")) ?? HomeFolder(variable, "XDG_DATA_HOME", ".local/share", "mongodb");
        var cache = NullIfEmpty(variable("DEV_CACHE_DIRECTORY")) ?? HomeFolder(variable, "XDG_CACHE_HOME", ".cache", null);
        return new DevMongoOptions(username, password, ParsePort(NullIfEmpty(variable("MONGO_PORT"))), Path.GetFullPath(data), Path.GetFullPath(cache));
    }

    private static int ParsePort(string? text)
    {
        if (text is null)
            return 27017;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? port
            : throw new DevServerException(ExitCodes.ConfigurationInvalid, $"MONGO_PORT is '{text}'; it must be a port number between 1 and 65535.");
    }

    private static string HomeFolder(Func<string, string?> variable, string xdgName, string fallback, string? leaf)
    {
        var home = NullIfEmpty(variable(xdgName)) ?? Path.Combine(
            NullIfEmpty(variable("HOME")) ?? throw new DevServerException(ExitCodes.ConfigurationInvalid, $"Neither {xdgName} nor HOME is set: set DEV_DATA_DIRECTORY and DEV_CACHE_DIRECTORY."),
            fallback);
        return leaf is null ? Path.Combine(home, "credit-system") : Path.Combine(home, "credit-system", leaf);
    }

    private static string? NullIfEmpty(string? value) => string.IsNullOrEmpty(value) ? null : value;
}
