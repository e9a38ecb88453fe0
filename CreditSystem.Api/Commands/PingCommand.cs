using System.CommandLine;
using CreditSystem.Secrets.Rotation;
using CreditSystem.Secrets.Sources;
using CreditSystem.Secrets.Vault;
using CreditSystem.ServiceDefaults.Cli;
using MongoDB.Driver;
using StackExchange.Redis;

namespace CreditSystem.Api.Commands;

/// <summary>
/// <c>mongo ping</c> and <c>redis ping</c>: the credentials that the API would use, against the server that it would use. Exit
/// code 0 when the server has let us in and answers, else 1.
/// </summary>
internal static class PingCommand
{
    internal sealed record Result(string Name, bool Connected, string? Reason, string? CredentialsFrom, double Milliseconds);

    /// <param name="name">The server.</param>
    /// <param name="key">The configuration key of the way to it.</param>
    /// <param name="pingOf">Asks it.</param>
    /// <param name="configure">Sets what the environment otherwise does.</param>
    internal static Command Create(
        string name, string key, Func<IServiceProvider, Func<CancellationToken, Task>> pingOf,
        Action<IHostApplicationBuilder>? configure)
    {
        var command = new Command("ping", $"Ask {name} for a sign of life");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var builder = await ApiCommands.CreateBuilderAsync(configure);
            builder.AddConnections();
            await using var services = ((IHostApplicationBuilder)builder).Services.BuildServiceProvider();
            try
            {
                var result = await PingAsync(name, pingOf(services), services.GetRequiredService<TimeProvider>(), cancellationToken);
                result = result with { CredentialsFrom = services.GetRequiredService<SecretStore>().SourceOf(key)?.Origin.WireName() };
                parsed.Write(result, output => Print(result, output));
                return result.Connected ? CommandExitCodes.Done : CommandExitCodes.Failed;
            }
            finally
            {
                // A command leaves no token behind.
                var session = services.GetRequiredService<VaultSession>();
                if (session.Current is { } token)
                    await session.RevokeAsync(token);
            }
        });
        return command;
    }

    private static async Task<Result> PingAsync(string name, Func<CancellationToken, Task> ping, TimeProvider time,
        CancellationToken cancellationToken)
    {
        // The first one opens the connection.
        var failure = await TryAsync(ping, cancellationToken);
        var start = time.GetTimestamp();
        failure ??= await TryAsync(ping, cancellationToken);
        // The kind of failure: its words may hold anything.
        var took = failure is null ? time.GetElapsedTime(start).TotalMilliseconds : 0;
        return new Result(name, failure is null, failure?.GetType().Name, null, took);
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

    private static void Print(Result result, TextWriter output) => output.WriteLine(result.Connected
        ? FormattableString.Invariant($"{result.Name}: answered in {result.Milliseconds:0.#} ms, credentials from {result.CredentialsFrom}")
        : $"{result.Name}: no answer ({result.Reason}), credentials from {result.CredentialsFrom}");
}
