namespace CreditSystem.Testing.Servers;

/// <summary>The Redis that all tests share.</summary>
public sealed class RedisServer() : SharedServer<RedisInstance>(RedisInstance.StartAsync)
{
    public async Task<string> GetConnectionStringAsync() => (await GetInstanceAsync()).ConnectionString;
}
