using System.Security.Cryptography;
using MongoDB.Driver;

namespace CreditSystem.Testing.Servers;

/// <summary>A MongoDB of one test's own.</summary>
public sealed class MongoInstance : DevServerInstance
{
    private MongoInstance()
        : base("CreditSystem.Dev.Mongo")
    {
    }

    public string Username { get; } = "admin";

    /// <summary>Random; set before a start, it becomes the password from then on.</summary>
    public string Password { get; set; } = RandomNumberGenerator.GetHexString(24, lowercase: true);

    /// <summary>The administrator's connection string, of the shape that Aspire's hosting integration gives.</summary>
    public string ConnectionString => $"mongodb://{Username}:{Password}@127.0.0.1:{Port}/?authSource=admin&authMechanism=SCRAM-SHA-256";

    private protected override Dictionary<string, string> Settings => new()
    {
        ["MONGO_INITDB_ROOT_USERNAME"] = Username,
        ["MONGO_INITDB_ROOT_PASSWORD"] = Password,
        ["MONGO_PORT"] = $"{Port}",
    };

    /// <summary>One that is started later.</summary>
    public static MongoInstance Create() => new();

    public static Task<MongoInstance> StartAsync(CancellationToken cancellationToken) => StartAsync(new MongoInstance(), cancellationToken);

    /// <summary>A client of its own, so that closing its connections disturbs no other.</summary>
    public MongoClient CreateClient() => new(ConnectionString);
}
