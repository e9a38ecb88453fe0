using CreditSystem.Api.Features.Operations;
using CreditSystem.Secrets.Rotation;
using CreditSystem.Secrets.Sources;
using MongoDB.Driver;
using StackExchange.Redis;

namespace CreditSystem.Api.Commands;

/// <summary>What the two pings tell: exit code 0 when the server has let us in and answers, else 1.</summary>
internal sealed record PingAnswer(string Name, bool Connected, string? Reason, string? CredentialsFrom, double Milliseconds)
{
    internal static async Task<int> WriteAsync(Operation operation, string name, Func<IServiceProvider, Func<CancellationToken, Task>> pingOf, CancellationToken cancellationToken)
    {
        if (!await operation.Secrets.Store.RefreshAsync(cancellationToken))
            operation.Secrets.Store.Restore();
        var ping = pingOf(operation.Services);
        // The first one opens the connection.
        var failure = await TryAsync(ping, cancellationToken);
        var start = operation.Time.GetTimestamp();
        failure ??= await TryAsync(ping, cancellationToken);
        var isConnected = failure is null;
        var key = name == ConnectionNames.Mongo ? SecretKeys.MongoConnection : SecretKeys.RedisConnection;
        var answer = new PingAnswer(
            name,
            isConnected,
            // The kind of failure: its words may hold anything.
            failure?.GetType().Name,
            operation.Secrets.Store.SourceOf(key) is { } source ? ListConfigSources.Word(source.Origin) : null,
            isConnected ? operation.Time.GetElapsedTime(start).TotalMilliseconds : 0);
        operation.Write(answer, output => output.WriteLine(answer.Connected
            ? FormattableString.Invariant($"{answer.Name}: answered in {answer.Milliseconds:0.#} ms, credentials from {answer.CredentialsFrom}")
            : $"{answer.Name}: no answer ({answer.Reason}), credentials from {answer.CredentialsFrom}"));
        return isConnected ? 0 : 1;
    }

    private static async Task<Exception?> TryAsync(Func<CancellationToken, Task> ping, CancellationToken cancellationToken)
    {
        try
        {
            await ping(cancellationToken);
            return null;
        }
        catch (Exception exception) when (exception is MongoException or RedisException or TimeoutException)
        {
            return exception;
        }
    }
}
