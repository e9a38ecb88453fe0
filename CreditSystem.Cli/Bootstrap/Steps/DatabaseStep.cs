using CreditSystem.Cli.Bootstrap.Databases;
using CreditSystem.Cli.Vault;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Cli.Bootstrap.Steps;

/// <summary>
/// The database engine, for <c>Vault:MongoDB:Mode=Dynamic</c>: its connection to MongoDB, and the role whose users read and
/// write the application's database. Vault reaches MongoDB at the address of the administrator's connection string.
/// </summary>
internal sealed class DatabaseStep(VaultAdminClient vault, BootstrapSettings settings, ChangeReporter changes)
{
    private const string Connection = "mongodb";
    private const string Ttl = "1h";
    private const string MaxTtl = "24h";

    public async Task RunAsync(AdministeredMongo server, CancellationToken cancellationToken)
    {
        var administrator = server.Administrator;
        var isMounted = await new MountStep(vault, changes).RunAsync(MountStep.Engines, settings.DatabaseMount, "database",
            cancellationToken);
        var address = ConnectionUrl(administrator);
        await WriteAsync(isMounted, $"config/{Connection}", new JsonObject
        {
            ["plugin_name"] = "mongodb-database-plugin",
            ["connection_url"] = address,
            ["username"] = administrator.Username,
            ["password"] = administrator.Password,
            ["allowed_roles"] = new JsonArray(settings.DatabaseRole),
        }, present => (string?)present["connection_details"]?["connection_url"] == address
            && (string?)present["connection_details"]?["username"] == administrator.Username
            && Has(present["allowed_roles"], settings.DatabaseRole), cancellationToken);

        var statement = new BsonDocument
        {
            ["db"] = "admin",
            ["roles"] = new BsonArray { new BsonDocument { ["role"] = "readWrite", ["db"] = server.Database } },
        }.ToJson();
        await WriteAsync(isMounted, $"roles/{settings.DatabaseRole}", new JsonObject
        {
            ["db_name"] = Connection,
            ["creation_statements"] = new JsonArray(statement),
            ["default_ttl"] = Ttl,
            ["max_ttl"] = MaxTtl,
        }, present => (string?)present["db_name"] == Connection && Has(present["creation_statements"], statement), cancellationToken);
    }

    private static bool Has(JsonNode? list, string text) => list is JsonArray items && items.Any(item => (string?)item == text);

    private async Task WriteAsync(bool isMounted, string path, JsonObject body, Func<JsonObject, bool> isAsWanted,
        CancellationToken cancellationToken)
    {
        var full = $"{settings.DatabaseMount}/{path}";
        var present = isMounted ? await vault.ReadAsync(full, cancellationToken) : null;
        await changes.EnsureAsync(
            full, present is not null, present is not null && isAsWanted(present), () => vault.WriteAsync(full, body, cancellationToken));
    }

    // Vault puts the credentials in; they stand in no connection string that it shows.
    private static string ConnectionUrl(MongoUrl administrator)
    {
        var address = new MongoUrlBuilder(administrator.Url) { Username = "NAME", Password = "SECRET", DatabaseName = "admin" };
        return address.ToString().Replace("NAME:SECRET@", "{{username}}:{{password}}@", StringComparison.Ordinal);
    }
}
