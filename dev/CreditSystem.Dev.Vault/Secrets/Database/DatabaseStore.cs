using CreditSystem.Dev.Vault.Storage;
using MongoDB.Driver;

namespace CreditSystem.Dev.Vault.Secrets.Database;

/// <summary>Connections and roles of one database mount, and the open clients.</summary>
internal sealed class DatabaseStore(StorageView storage, TimeSpan timeout) : IDisposable
{
    private readonly Dictionary<string, MongoUsers> _open = new(StringComparer.Ordinal);

    public TimeSpan Timeout => timeout;

    public StorageView Connections { get; } = storage.Below("config/");

    public StorageView Roles { get; } = storage.Below("role/");

    public StorageView StaticRoles { get; } = storage.Below("static-role/");

    /// <exception cref="VaultFault">There is none, or it is not for this role.</exception>
    public Connection ConnectionFor(string name, string role)
    {
        var connection = Connections.Get<Connection>(name) ?? throw Internal($"failed to find entry for connection with name: \"{name}\"");
        return connection.Allows(role) ? connection : throw Internal($"\"{role}\" is not an allowed role");
    }

    public static VaultFault Internal(string reason) => new(StatusCodes.Status500InternalServerError, $"1 error occurred:\n\t* {reason}\n\n");

    public async Task WithUsersAsync(Connection connection, Func<MongoUsers, Task> work)
    {
        try
        {
            await work(Open(connection, connection.Password));
        }
        catch (MongoAuthenticationException) when (connection.PendingPassword is not null)
        {
            // The server ended after the password had been changed and before that had been written down.
            Close(connection.Name);
            await work(Open(connection, connection.PendingPassword));
            Save(connection with { Password = connection.PendingPassword, PendingPassword = null });
        }
    }

    public void Save(Connection connection)
    {
        Close(connection.Name);
        Connections.Put(connection.Name, connection);
    }

    public void Close(string name)
    {
        if (_open.Remove(name, out var users))
            users.Dispose();
    }

    public void Dispose()
    {
        foreach (var users in _open.Values)
            users.Dispose();
    }

    private MongoUsers Open(Connection connection, string password)
    {
        if (!_open.TryGetValue(connection.Name, out var users))
            _open[connection.Name] = users = MongoUsers.Connect(connection, password, timeout);
        return users;
    }
}
