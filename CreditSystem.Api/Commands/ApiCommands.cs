using System.CommandLine;
using CreditSystem.Api.Hardening;
using CreditSystem.Secrets;
using CreditSystem.Secrets.Rotation;
using CreditSystem.Secrets.Sources;
using CreditSystem.ServiceDefaults.Cli;

namespace CreditSystem.Api.Commands;

/// <summary>What is run inside of a container of the API, to prove something about it. All else is a command of CreditSystem.Cli.</summary>
internal static class ApiCommands
{
    /// <param name="configure">Sets what the environment otherwise does.</param>
    internal static RootCommand Create(Action<IHostApplicationBuilder>? configure = null) =>
        new("The API. Without a command it runs until it is told to end.")
        {
            CommandOutput.Json,
            new Command("mongo", "MongoDB")
            {
                PingCommand.Create(ConnectionNames.Mongo, SecretKeys.MongoConnection,
                    services => services.GetRequiredService<MongoConnection>().PingAsync, configure),
            },
            new Command("redis", "Redis")
            {
                PingCommand.Create(ConnectionNames.Redis, SecretKeys.RedisConnection,
                    services => services.GetRequiredService<RedisConnection>().PingAsync, configure),
            },
            HealthProbe.Create(defaultPort: 5001),
            TokenCommand.Create(configure),
        };

    /// <summary>One sentence for a missing or unsafe secret.</summary>
    internal static string? Describe(Exception exception) =>
        exception is SecretUnavailableException or InsecureConfigurationException ? exception.Message : null;

    /// <summary>The configuration of the API itself, with its secrets, in a process that prints nothing but a command's result.</summary>
    internal static async Task<IHostApplicationBuilder> CreateBuilderAsync(Action<IHostApplicationBuilder>? configure)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        // What the servers' clients would log of a failure is in the result.
        builder.Configuration["Logging:LogLevel:Default"] = nameof(LogLevel.Error);
        builder.Configuration["Logging:Console:LogToStandardErrorThreshold"] = nameof(LogLevel.Trace);
        // Nobody waits at a terminal for a Vault that is down.
        builder.Configuration["Vault:StartTimeout"] = "00:00:00";
        configure?.Invoke(builder);
        await builder.AddSecretsAsync(beforeLoading: builder.UseTlsAsync);
        return builder;
    }
}
