using System.Globalization;

namespace CreditSystem.Dev;

/// <summary>What the environment asks of a development server; a variable that is empty is not set.</summary>
public sealed class DevEnvironment(Func<string, string?> variable)
{
    /// <summary>Null where it is not set.</summary>
    public string? this[string name] => variable(name) is { Length: > 0 } value ? value : null;

    /// <exception cref="DevServerException">It is no port.</exception>
    public int Port(string name, int otherwise)
    {
        if (this[name] is not { } text)
            return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? port
            : throw Invalid($"{name} is '{text}'; it must be a port number between 1 and 65535.");
    }

    /// <summary>Our folder below that of the user for files of a kind.</summary>
    /// <param name="xdgName">The variable that names the user's folder.</param>
    /// <param name="fallback">The user's folder below HOME.</param>
    /// <param name="instead">What may be set instead.</param>
    /// <exception cref="DevServerException">There is no such folder.</exception>
    public string UserFolder(string xdgName, string fallback, string instead)
    {
        var home = this[xdgName]
            ?? Path.Combine(this["HOME"] ?? throw Invalid($"Neither {xdgName} nor HOME is set: set {instead}."), fallback);
        return Path.Combine(home, "credit-system");
    }

    public static DevServerException Invalid(string message) => new(ExitCodes.ConfigurationInvalid, message);
}
