using CreditSystem.Dev.Mongo.Auth;
using CreditSystem.Dev.Mongo.Commands;
using CreditSystem.Dev.Mongo.Engine;
using CreditSystem.Dev.Mongo.Wire;

namespace CreditSystem.Dev.Mongo;

/// <summary>The MongoDB wire protocol in front of the engine.</summary>
internal static class Gateway
{
    /// <summary>Serves until it is cancelled, or until the engine ends by itself, which is an error.</summary>
    public static async Task RunAsync(DevMongoOptions options, EngineLocation engine, TimeProvider time, Action<string> progress, CancellationToken cancellationToken)
    {
        using var listener = MongoListener.Bind(options.Port);
        await using var postgres = await PostgresServer.StartAsync(engine, options.DataDirectory, cancellationToken);
        await EngineSchema.PrepareAsync(postgres.DataSource, cancellationToken);
        var users = new UserStore(postgres.DataSource);
        await users.LoadAsync(cancellationToken);
        if (options is { Username: { } name, Password: { } password })
            await users.SaveAsync(new MongoUser("admin", name, ScramCredential.Create(password), [new GrantedRole("root", "admin")]), cancellationToken);

        await using var cursors = new CursorStore(time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var serving = listener.RunAsync(CreateDispatcher(options, postgres, users, cursors, time), ended.Token);
        var reaping = cursors.CloseIdleAsync(ended.Token);
        progress($"MongoDB-compatible server is ready on 127.0.0.1:{options.Port} (DocumentDB, {(options.RequiresAuthentication ? "authentication required" : "no authentication")}).");

        await Task.WhenAny(serving, postgres.Exited);
        await ended.CancelAsync();
        await Task.WhenAny(Task.WhenAll(serving, reaping), Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None));
        if (postgres.Exited.IsCompleted && !cancellationToken.IsCancellationRequested)
            throw new DevServerException(ExitCodes.ServerFailed, $"The document engine has ended:{Environment.NewLine}{postgres.LastLines}");
    }

    private static CommandDispatcher CreateDispatcher(DevMongoOptions options, PostgresServer postgres, UserStore users, CursorStore cursors, TimeProvider time)
    {
        var commands = new Dictionary<string, CommandDefinition>(StringComparer.Ordinal);
        var call = new EngineCall(postgres.DataSource);
        new HandshakeCommands(users, time).Register(commands);
        new ServerCommands(postgres.DataSource, users, time).Register(commands);
        new DataCommands(call).Register(commands);
        new CursorCommands(postgres.DataSource, cursors).Register(commands);
        new ExplainCommand(postgres.DataSource).Register(commands);
        new DefinitionCommands(postgres.DataSource, call).Register(commands);
        new UserCommands(users, options.RequiresAuthentication).Register(commands);
        return new CommandDispatcher(commands, users, options.RequiresAuthentication);
    }
}
