using CreditSystem.Secrets.Sources;
using StackExchange.Redis;

namespace CreditSystem.Secrets.Database;

/// <summary>
/// Composes the configuration of Redis' client from the keys of its secret: one server, several of a cluster, or the sentinels of one.
/// </summary>
public static class RedisConnectionString
{
    /// <summary>Null where there is neither a whole string nor a host.</summary>
    public static SourcedValue? Compose(Dictionary<string, SourcedValue> values)
    {
        var whole = values.GetValueOrDefault(SecretKeys.RedisConnectionString);
        var host = values.GetValueOrDefault(SecretKeys.RedisHost) ?? values.GetValueOrDefault("redis:service_name");
        // A stronger source of the host than of the whole string wins: Vault's host over a default's string.
        if (whole is not null && (host is null || whole.Source.Origin >= host.Source.Origin))
            return Complete(whole, values);
        if (host is null)
            return null;

        List<string> parts = [.. host.Value.Split(',',
            StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(each =>
                WithPort(each, values[SecretKeys.RedisPort].Value))];
        var source = host.Source;
        if (Text(values, SecretKeys.RedisSentinelMaster) is { } master)
            parts.Add($"serviceName={master}");
        if (Text(values, SecretKeys.RedisUser) is { } user)
            parts.Add($"user={user}");
        if (values.GetValueOrDefault(SecretKeys.RedisPassword) is { Value.Length: > 0 } password)
        {
            parts.Add($"password={password.Value}");
            source = password.Source;
        }

        if (IsTrue(values, SecretKeys.RedisTls))
            parts.Add("ssl=true");
        return new SourcedValue(string.Join(',', parts), source);
    }

    /// <summary>Whether the client can read it; what it says of a part of it could be a secret.</summary>
    public static bool IsWellFormed(string text) => Parse(text) is { EndPoints.Count: > 0 };

    public static bool HasPassword(string text) => Parse(text) is { Password.Length: > 0 };

    private static ConfigurationOptions? Parse(string text)
    {
        try
        {
            return ConfigurationOptions.Parse(text);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>What the whole string says goes first; user, password and TLS beside it are added where it says nothing of them.</summary>
    private static SourcedValue Complete(SourcedValue whole, Dictionary<string, SourcedValue> values)
    {
        var (text, source) = (whole.Value, whole.Source);
        if (!Has(text, "user") && Text(values, SecretKeys.RedisUser) is { } user)
            text += $",user={user}";
        if (!Has(text, "password") && values.GetValueOrDefault(SecretKeys.RedisPassword) is { Value.Length: > 0 } password)
            (text, source) = ($"{text},password={password.Value}", password.Source);
        if (!Has(text, "ssl") && IsTrue(values, SecretKeys.RedisTls))
            text += ",ssl=true";
        return new SourcedValue(text, source);
    }

    private static bool Has(string text, string option) =>
        text.Split(',', StringSplitOptions.TrimEntries).Any(part => part.StartsWith($"{option}=", StringComparison.OrdinalIgnoreCase));

    // host, host:port, [::1], [::1]:port.
    private static string WithPort(string host, string port) =>
        host.LastIndexOf(':') > host.LastIndexOf(']') && (host.Contains(']') || host.IndexOf(':') == host.LastIndexOf(':'))
            ? host
            : $"{host}:{port}";

    private static string? Text(Dictionary<string, SourcedValue> values, string key) =>
        values.GetValueOrDefault(key) is { Value.Length: > 0 } value ? value.Value : null;

    private static bool IsTrue(Dictionary<string, SourcedValue> values, string key) =>
        bool.TryParse(Text(values, key), out var isTrue) && isTrue;
}
