using System.Globalization;

namespace CreditSystem.Dev.Redis;

/// <summary>What the environment asks for; the names are those of the container that this server stands in for.</summary>
internal sealed record DevRedisOptions(string? Password, int Port, string DataDirectory)
{
    public static DevRedisOptions FromEnvironment(Func<string, string?> variable)
    {
        var data = NullIfEmpty(variable("DEV_DATA_DIRECTORY"));
        if (data is null)
        {
            var share = NullIfEmpty(variable("XDG_DATA_HOME"))
                ?? (NullIfEmpty(variable("HOME")) is { } home ? Path.Combine(home, ".local/share") : throw new DevRedisException("Neither XDG_DATA_HOME nor HOME is set: set DEV_DATA_DIRECTORY."));
            data = Path.Combine(share, "credit-system", "redis");
        }

        return new DevRedisOptions(NullIfEmpty(variable("REDIS_PASSWORD")), ParsePort(NullIfEmpty(variable("REDIS_PORT"))), Path.GetFullPath(data));
    }

    private static int ParsePort(string? text)
    {
        if (text is null)
            return 6379;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? port
            : throw new DevRedisException($"REDIS_PORT is '{text}'; it must be a port number between 1 and 65535.");
    }

    private static string? NullIfEmpty(string? value) => string.IsNullOrEmpty(value) ? null : value;
}

/// <summary>A failure that the developer can do something about: printed as one message, without a stack trace.</summary>
internal sealed class DevRedisException(string message, Exception? inner = null) : Exception(message, inner);
