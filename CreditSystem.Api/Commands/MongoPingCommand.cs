using CreditSystem.Secrets.Rotation;

namespace CreditSystem.Api.Commands;

/// <summary><c>mongo ping</c>: the credentials that the API would use, against the server that it would use.</summary>
internal static class MongoPingCommand
{
    internal static async Task<int> RunAsync(Operation operation, CancellationToken cancellationToken) =>
        await PingAnswer.WriteAsync(operation, ConnectionNames.Mongo, services => services.GetRequiredService<MongoConnection>().PingAsync, cancellationToken);
}
