using CreditSystem.Dev;
using CreditSystem.Dev.Redis;

return await DevServer.RunAsync(async stopping =>
{
    var options = DevRedisOptions.FromEnvironment(new DevEnvironment(Environment.GetEnvironmentVariable));
    using var server = RedisServerProcess.Start(options);
    Console.WriteLine($"Redis-compatible server is ready on 127.0.0.1:{options.Port} "
        + $"(Garnet, {(options.Password is null ? "no password" : "password required")}).");
    await Task.Delay(Timeout.InfiniteTimeSpan, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    await server.SaveAsync();
});
