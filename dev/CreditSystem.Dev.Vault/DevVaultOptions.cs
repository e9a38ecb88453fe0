using System.Net;
using System.Security.Cryptography;
using CreditSystem.Dev.Vault.Server;

namespace CreditSystem.Dev.Vault;

/// <summary>What the environment asks for; the first two names are those of <c>vault server -dev</c>.</summary>
/// <param name="Listen">Where the API is served; port 0 is any free port.</param>
/// <param name="RootToken">The one token that may do everything, in this run only.</param>
/// <param name="Control">Where faults are injected; null: nowhere.</param>
/// <param name="DataDirectory">Where everything is kept; null: in memory.</param>
internal sealed record DevVaultOptions(IPEndPoint Listen, string RootToken, IPEndPoint? Control = null, string? DataDirectory = null)
{
    /// <summary>Whether it starts uninitialised and sealed, as a server that is not started with <c>-dev</c> does.</summary>
    public bool StartsUninitialized { get; init; }

    /// <summary>Whether audit devices can be enabled by the API (Vault, and OpenBao with <c>unsafe_allow_api_audit_creation</c>).</summary>
    public bool AllowsAuditByApi { get; init; } = true;

    /// <summary>Whose answers are given where the servers differ.</summary>
    public Dialect Dialect { get; init; } = Dialect.OpenBao;

    /// <summary>How long a database is waited for.</summary>
    public TimeSpan DatabaseTimeout { get; init; } = TimeSpan.FromSeconds(5);

    public static DevVaultOptions FromEnvironment(DevEnvironment environment)
    {
        var data = environment["DEV_DATA_DIRECTORY"];
        return new DevVaultOptions(
            Endpoint("VAULT_DEV_LISTEN_ADDRESS", environment) ?? new IPEndPoint(IPAddress.Loopback, 8200),
            environment["VAULT_DEV_ROOT_TOKEN_ID"] ?? $"hvs.{RandomNumberGenerator.GetHexString(24, lowercase: true)}",
            Endpoint("VAULT_DEV_CONTROL_ADDRESS", environment),
            data is null ? null : Path.GetFullPath(data))
        {
            StartsUninitialized = Flag("VAULT_DEV_UNINITIALIZED", environment) ?? false,
            Dialect = environment["VAULT_DEV_DIALECT"] switch
            {
                null or "openbao" => Dialect.OpenBao,
                "vault" => Dialect.Vault,
                var text => throw DevEnvironment.Invalid($"VAULT_DEV_DIALECT is '{text}'; it must be openbao or vault."),
            },
            AllowsAuditByApi = Flag("VAULT_DEV_API_AUDIT", environment) ?? true,
        };
    }

    private static IPEndPoint? Endpoint(string name, DevEnvironment environment)
    {
        if (environment[name] is not { } text)
            return null;
        var parseable = text.StartsWith("localhost:", StringComparison.Ordinal) ? $"127.0.0.1:{text["localhost:".Length..]}" : text;
        return parseable.Contains(':') && IPEndPoint.TryParse(parseable, out var endpoint)
            ? endpoint
            : throw DevEnvironment.Invalid($"{name} is '{text}'; it must be an IP address and a port, such as 127.0.0.1:8200.");
    }

    private static bool? Flag(string name, DevEnvironment environment) => environment[name] switch
    {
        null => null,
        "true" or "1" => true,
        "false" or "0" => false,
        var text => throw DevEnvironment.Invalid($"{name} is '{text}'; it must be true or false."),
    };
}
