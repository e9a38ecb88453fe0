namespace CreditSystem.Cli.Bootstrap.Values;

/// <summary><c>--set</c> and <c>--set-default</c>, as <c>secret.key=@file</c>: values that the operator brings along.</summary>
internal static class SuppliedValues
{
    /// <summary>The payment provider's, which is not written where nobody gives it.</summary>
    internal const string PaymentProvider = "stripe";

    internal static readonly string[] Secrets = ["mongodb", "redis", "app", "monitoring", PaymentProvider];

    private static readonly string[] Confidential = ["password", "secret", "key", "token", "connection_string"];

    /// <exception cref="CommandUsageException">One is malformed, or a confidential value stands in the arguments, where every process
    /// of the machine reads it.</exception>
    public static async Task<IReadOnlyList<(string Secret, string Key, string Value)>> ReadAsync(IEnumerable<string> arguments,
        CancellationToken cancellationToken)
    {
        var given = new List<(string, string, string)>();
        foreach (var argument in arguments)
        {
            if (argument.Split('=', 2) is not [var name, var value] || name.Split('.', 2) is not [var secret, { Length: > 0 } key]
                || !Secrets.Contains(secret))
                throw new CommandUsageException(
                    $"--set and --set-default want SECRET.KEY=@FILE, where SECRET is one of {string.Join(", ", Secrets)}.");
            if (value.StartsWith('@'))
                value = await ReadFileAsync(value[1..], cancellationToken);
            else if (Confidential.Any(part => key.Contains(part, StringComparison.OrdinalIgnoreCase)))
                throw new CommandUsageException($"{name} is confidential: put it into a file and give --set {name}=@FILE.");
            given.Add((secret, key, value));
        }

        return given;
    }

    private static async Task<string> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return (await File.ReadAllTextAsync(path, cancellationToken)).TrimEnd('\r', '\n') is { Length: > 0 } text
                ? text
                : throw new CommandUsageException($"{path} is empty.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandUsageException($"{path} cannot be read.", exception);
        }
    }
}
