using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;
using MongoDB.Driver;

namespace CreditSystem.Dev.Vault.Secrets.Database;

/// <summary><c>database/config/</c> and <c>rotate-root/</c>.</summary>
internal sealed class ConnectionRoutes(DatabaseStore store)
{
    private const string Plugin = "mongodb-database-plugin";

    public Reply Read(Call call)
    {
        if (store.Connections.Get<Connection>(call["name"]) is not { } connection)
            return Reply.None;
        return Reply.Of(new JsonObject
        {
            ["allowed_roles"] = VaultJson.Names(connection.AllowedRoles),
            ["connection_details"] = new JsonObject { ["connection_url"] = connection.ConnectionUrl, ["username"] = connection.Username },
            ["password_policy"] = "",
            ["plugin_name"] = Plugin,
            ["plugin_version"] = "",
            ["root_credentials_rotate_statements"] = new JsonArray(),
        });
    }

    public async Task<Reply> WriteAsync(Call call)
    {
        var body = call.Body;
        var old = store.Connections.Get<Connection>(call["name"]);
        if ((body.Text("plugin_name") ?? (old is null ? "" : Plugin)) is var plugin && plugin != Plugin)
            throw VaultFault.BadRequest(plugin.Length == 0 ? "empty plugin name" : $"error creating database object: plugin not found in the catalog: {plugin}");
        if (body.Text("username_template") is { Length: > 0 })
            throw VaultFault.BadRequest("username_template is not supported by this development server");
        var connection = new Connection
        {
            Name = call["name"],
            ConnectionUrl = body.Text("connection_url") ?? old?.ConnectionUrl ?? throw VaultFault.BadRequest("error creating database object: error verifying - connection_url cannot be empty"),
            Username = body.Text("username") ?? old?.Username ?? "",
            Password = body.Text("password") ?? old?.Password ?? "",
            AllowedRoles = body.Names("allowed_roles") ?? old?.AllowedRoles ?? [],
        };
        if (body.Flag("verify_connection") != false)
            await VerifyAsync(connection);
        store.Save(connection);
        return Reply.None;
    }

    public Reply Delete(Call call)
    {
        store.Close(call["name"]);
        store.Connections.Delete(call["name"]);
        return Reply.None;
    }

    public Reply Reset(Call call)
    {
        store.Close(call["name"]);
        return Reply.None;
    }

    public async Task<Reply> RotateRootAsync(Call call)
    {
        if (store.Connections.Get<Connection>(call["name"]) is not { } connection)
            throw DatabaseStore.Internal($"failed to find entry for connection with name: \"{call["name"]}\"");
        if (connection.Username.Length == 0)
            throw VaultFault.BadRequest("unable to rotate root credentials: no username in configuration");
        // The password is used in later connections only if the URL has a place for it.
        if (!connection.ConnectionUrl.Contains("{{password}}", StringComparison.Ordinal))
            throw VaultFault.BadRequest("unable to rotate root credentials: connection_url has no {{password}}");
        var pending = connection with { PendingPassword = DatabaseBackend.NewPassword() };
        store.Save(pending);
        await store.WithUsersAsync(pending, users => users.ChangePasswordAsync(pending.Username, pending.PendingPassword, isRoot: true));
        store.Save(pending with { Password = pending.PendingPassword, PendingPassword = null });
        return Reply.None;
    }

    private async Task VerifyAsync(Connection connection)
    {
        try
        {
            using var users = MongoUsers.Connect(connection, connection.Password, store.Timeout);
            await users.VerifyAsync();
        }
        catch (Exception exception) when (exception is MongoException or TimeoutException)
        {
            throw VaultFault.BadRequest($"error creating database object: error verifying - ping failed: {exception.Message}");
        }
    }
}
