namespace CreditSystem.Dev.Mongo.Engine;

/// <summary>PostgreSQL's settings for a developer's machine: durable, small, quiet.</summary>
internal static class PostgresSettings
{
    public const int GatewayConnections = 64;

    public static string Create(string socketDirectory) => $"""
        # Written at every start.
        listen_addresses = ''
        unix_socket_directories = '{socketDirectory}'
        unix_socket_permissions = 0700
        max_connections = {GatewayConnections + 36}
        shared_preload_libraries = 'pg_cron,pg_documentdb_core,pg_documentdb'
        shared_buffers = 256MB
        work_mem = 16MB
        default_toast_compression = lz4
        wal_level = minimal
        max_wal_senders = 0
        max_wal_size = 2GB
        checkpoint_timeout = 15min
        jit = off
        # Two that insert the same unique value at once wait for each other, and one is then run again: a second would be long.
        deadlock_timeout = 50ms
        max_parallel_workers_per_gather = 0
        log_min_messages = log
        log_min_error_statement = panic
        log_checkpoints = off
        cron.database_name = 'postgres'
        cron.use_background_workers = on
        cron.log_run = off
        cron.log_statement = off
        documentdb.localhost_connection_string = 'host={socketDirectory}'
        documentdb.enableBackgroundWorker = off

        """;
}
