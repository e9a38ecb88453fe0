using System.Globalization;
using System.Net;
using StackExchange.Redis;

namespace CreditSystem.VaultProxy.Commands.Bootstrap;

/// <summary>
/// The password of Redis goes to Vault as the server has it. A user of the application's own (ACL SETUSER) would be gone at
/// the server's next start unless the server has an ACL file, which neither Aspire's container nor Garnet is started with.
/// </summary>
internal sealed class RedisStep
{
    private readonly ConfigurationOptions administrator;
    private readonly Changes changes;

    /// <exception cref="CommandFailure">It is no connection string, or one without a password.</exception>
    public RedisStep(string connectionString, Changes changes)
    {
        this.changes = changes;
        try
        {
            administrator = ConfigurationOptions.Parse(connectionString);
        }
        catch (ArgumentException)
        {
            throw new CommandFailure("ConnectionStrings__redis is no Redis connection string.");
        }

        if (administrator.EndPoints.Count == 0 || string.IsNullOrEmpty(administrator.Password))
            throw new CommandFailure("ConnectionStrings__redis names no server, or no password: start Redis with one (requirepass).");
        administrator.AbortOnConnectFail = true;
        administrator.ConnectRetry = 5;
    }

    private (string Host, int Port) Server => administrator.EndPoints[0] switch
    {
        DnsEndPoint name => (name.Host, name.Port == 0 ? 6379 : name.Port),
        IPEndPoint address => (address.Address.ToString(), address.Port == 0 ? 6379 : address.Port),
        var other => throw new CommandFailure($"{other} is no server that the API can be given."),
    };

    public void Describe(SecretDraft secret)
    {
        var (host, port) = Server;
        secret.Set("host", host);
        secret.Set("service_name", host);
        secret.Set("port", port.ToString(CultureInfo.InvariantCulture));
        secret.Set("password", administrator.Password!);
    }

    /// <summary>The password must be right, and nobody may come in without it.</summary>
    public async Task VerifyAsync()
    {
        var (host, port) = Server;
        try
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync(administrator);
            await connection.GetDatabase().PingAsync();
        }
        catch (RedisException exception)
        {
            throw new CommandFailure($"Redis at {host}:{port} does not answer, or refuses the password.", exception);
        }

        if (await AnswersAnybodyAsync())
            throw new CommandFailure($"Redis at {host}:{port} lets anybody in: start it with a password (requirepass).");
        changes.Keep($"Redis at {host}:{port} requires its password");
    }

    private async Task<bool> AnswersAnybodyAsync()
    {
        var anybody = administrator.Clone();
        (anybody.User, anybody.Password, anybody.ConnectRetry) = (null, null, 1);
        try
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync(anybody);
            await connection.GetDatabase().KeyExistsAsync("credit-system:bootstrap");
            return true;
        }
        catch (RedisException)
        {
            return false;
        }
    }
}
