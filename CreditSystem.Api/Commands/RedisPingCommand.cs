using CreditSystem.Secrets.Rotation;

namespace CreditSystem.Api.Commands;

/// <summary><c>redis ping</c>: the credentials that the API would use, against the server that it would use.</summary>
internal static class RedisPingCommand
{
    internal static async Task<int> RunAsync(Operation operation, CancellationToken cancellationToken) =>
        await PingAnswer.WriteAsync(operation, ConnectionNames.Redis, services => services.GetRequiredService<RedisConnection>().PingAsync, cancellationToken);
}
