using Npgsql;

namespace CreditSystem.Dev.Mongo.Engine;

/// <summary>The extension and the gateway's own tables, made or brought up to date at every start.</summary>
internal static class EngineSchema
{
    public static async Task PrepareAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using (var extension = new NpgsqlCommand("CREATE EXTENSION IF NOT EXISTS documentdb CASCADE", connection))
            await extension.ExecuteNonQueryAsync(cancellationToken);
        await using (var update = new NpgsqlCommand("ALTER EXTENSION documentdb UPDATE", connection))
            await update.ExecuteNonQueryAsync(cancellationToken);
        // Indexes are built in the command that asks for them, so nobody needs the jobs that would poll for work every 2 s.
        await using (var jobs = new NpgsqlCommand("SELECT cron.unschedule(jobid) FROM cron.job WHERE command LIKE '%build_index_concurrently%'", connection))
            await jobs.ExecuteNonQueryAsync(cancellationToken);
        await using var tables = new NpgsqlCommand(
            """
            CREATE SCHEMA IF NOT EXISTS gateway;
            CREATE TABLE IF NOT EXISTS gateway.users (id text PRIMARY KEY, document bytea NOT NULL);
            """, connection);
        await tables.ExecuteNonQueryAsync(cancellationToken);
    }
}
