using System.Diagnostics;
using System.Net;
using CreditSystem.Cli.Bootstrap.Values;
using StackExchange.Redis;

namespace CreditSystem.Cli.Bootstrap.Databases;

/// <summary>
/// The password of Redis goes to Vault as the server has it. A user of the application's own (ACL SETUSER) would be gone at
/// the server's next start unless the server has an ACL file, which neither Aspire's container nor Garnet is started with.
/// </summary>
internal sealed class RedisStep
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ConfigurationOptions administrator;
    private readonly TimeSpan timeout;
    private readonly ChangeReporter changes;

    /// <param name="connectionString">The administrator's.</param>
    /// <param name="password">In place of the one in the connection string; null for that one.</param>
    /// <param name="timeout">How long the server may take until it answers.</param>
    /// <param name="changes">Says what is done.</param>
    /// <exception cref="CommandException">It is no connection string, or one without a password.</exception>
    public RedisStep(string connectionString, string? password, TimeSpan timeout, ChangeReporter changes)
    {
        (this.timeout, this.changes) = (timeout, changes);
        try
        {
            administrator = ConfigurationOptions.Parse(connectionString);
            administrator.Password = password ?? administrator.Password;
        }
        catch (ArgumentException)
        {
            throw new CommandException("ConnectionStrings__redis is no Redis connection string.");
        }

        if (administrator.EndPoints.Count == 0 || string.IsNullOrEmpty(administrator.Password))
            throw new CommandException("ConnectionStrings__redis names no server, or no password: start Redis with one (requirepass).");
        administrator.AbortOnConnectFail = true;
        administrator.ConnectRetry = 1;
    }

    private (string Host, int Port) Server => administrator.EndPoints[0] switch
    {
        DnsEndPoint name => (name.Host, name.Port == 0 ? 6379 : name.Port),
        IPEndPoint address => (address.Address.ToString(), address.Port == 0 ? 6379 : address.Port),
        var other => throw new CommandException($"{other} is no server that the API can be given."),
    };

    public void Describe(SecretDraft secret)
    {
        var (host, port) = Server;
        secret.Set("host", host);
        secret.Set("service_name", host);
        secret.Set("port", $"{port}");
        secret.Set("password", administrator.Password!);
    }

    /// <summary>The password must be right, and nobody may come in without it.</summary>
    public async Task VerifyAsync(CancellationToken cancellationToken)
    {
        var (host, port) = Server;
        var start = Stopwatch.GetTimestamp();
        while (!await AnswersAsync(administrator))
        {
            if (Stopwatch.GetElapsedTime(start) > timeout)
                throw new CommandException($"Redis at {host}:{port} does not answer, or refuses the password.");
            await Task.Delay(Pause, cancellationToken);
        }

        if (await AnswersAnybodyAsync())
            throw new CommandException($"Redis at {host}:{port} lets anybody in: start it with a password (requirepass).");
        changes.Keep($"Redis at {host}:{port} requires its password");
    }

    /// <summary>Makes the server take the new password beside the one that it has, until it starts with the new one.</summary>
    /// <param name="previous">The one that the server has.</param>
    public async Task AdmitAsync(string previous)
    {
        if (await AnswersAsync(administrator))
            return;
        var before = administrator.Clone();
        before.Password = previous;
        try
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync(before);
            await connection.GetDatabase().ExecuteAsync("ACL", "SETUSER", administrator.User ?? "default", $">{administrator.Password}");
        }
        catch (RedisException exception)
        {
            // The server's message could repeat the command.
            throw new CommandException(
                $"Redis at {Server.Host}:{Server.Port} does not take the new password ({exception.GetType().Name}).");
        }
    }

    private Task<bool> AnswersAnybodyAsync()
    {
        var anybody = administrator.Clone();
        (anybody.User, anybody.Password) = (null, null);
        return AnswersAsync(anybody);
    }

    private static async Task<bool> AnswersAsync(ConfigurationOptions options)
    {
        try
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync(options);
            await connection.GetDatabase().KeyExistsAsync("credit-system:bootstrap");
            return true;
        }
        catch (RedisException)
        {
            return false;
        }
    }
}
