using System.Security.Cryptography;
using StackExchange.Redis;

namespace CreditSystem.Testing.Servers;

/// <summary>A Redis of one test's own.</summary>
public sealed class RedisInstance : DevServerInstance
{
    private RedisInstance()
        : base("CreditSystem.Dev.Redis")
    {
    }

    /// <summary>Random; set before a start, it becomes the password from then on.</summary>
    public string Password { get; set; } = RandomNumberGenerator.GetHexString(24, lowercase: true);

    /// <summary>The connection string, of the shape that Aspire's hosting integration gives.</summary>
    public string ConnectionString => $"127.0.0.1:{Port},password={Password}";

    private protected override Dictionary<string, string> Settings => new() { ["REDIS_PASSWORD"] = Password, ["REDIS_PORT"] = $"{Port}" };

    /// <summary>One that is started later.</summary>
    public static RedisInstance Create() => new();

    public static Task<RedisInstance> StartAsync(CancellationToken cancellationToken) => StartAsync(new RedisInstance(), cancellationToken);

    /// <summary>A connection of the caller's own.</summary>
    public Task<ConnectionMultiplexer> ConnectAsync() => ConnectionMultiplexer.ConnectAsync(ConnectionString);
}
