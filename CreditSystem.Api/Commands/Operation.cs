using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using CreditSystem.Identity.PersonalData;
using CreditSystem.Secrets;
using CreditSystem.Secrets.Rotation;
using CreditSystem.Secrets.Sources;
using CreditSystem.Secrets.Vault;
using CreditSystem.ServiceDefaults.Cli;
using MongoDB.Driver;
using StackExchange.Redis;
using VaultSharp;
using VaultSharp.V1.AuthMethods.Token;

namespace CreditSystem.Api.Commands;

/// <summary>One run of an operator's command: the configuration and the secrets of the API itself, and where the answer goes.</summary>
internal sealed class Operation : IAsyncDisposable
{
    internal static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    private readonly IHostApplicationBuilder _builder;
    private readonly SecretsLogger _logger;
    private ServiceProvider? _services;

    private Operation(ParseResult parsed, IHostApplicationBuilder builder)
    {
        (Parsed, _builder) = (parsed, builder);
        Options = VaultOptions.From(builder.Configuration);
        _logger = new SecretsLogger(builder.Configuration, builder.Environment.IsDevelopment());
        Secrets = SecretsGraph.Create(Options, [.. ((IConfigurationRoot)builder.Configuration).Providers], builder.Environment.IsDevelopment(), Time, _logger);
        builder.Configuration.Add(Secrets.Provider);
    }

    public ParseResult Parsed { get; }

    public VaultOptions Options { get; }

    public SecretsGraph Secrets { get; }

    public TimeProvider Time { get; } = TimeProvider.System;

    public IConfiguration Configuration => _builder.Configuration;

    /// <summary>The connections of the API.</summary>
    public IServiceProvider Services => _services ??= Build();

    public static async Task<int> RunAsync(ParseResult parsed, Func<Operation, CancellationToken, Task<int>> run, Action<IHostApplicationBuilder>? configure, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        // Nothing but the answer goes to the standard output; what the servers' clients would log of a failure is in it.
        builder.Logging.ClearProviders();
        builder.Configuration["Logging:LogLevel:Default"] = nameof(LogLevel.Error);
        builder.Configuration["Logging:Console:LogToStandardErrorThreshold"] = nameof(LogLevel.Trace);
        configure?.Invoke(builder);
        try
        {
            await using var operation = new Operation(parsed, builder);
            return await run(operation, cancellationToken);
        }
        catch (Exception exception) when (exception is ValidationException or InvalidOperationException { InnerException: FormatException })
        {
            // A setting that cannot be right.
            throw new CommandUsageException(exception.Message, exception);
        }
    }

    /// <summary>One sentence for what a server, or a missing secret, does to a command. What the servers themselves say may hold anything.</summary>
    public static string? Describe(Exception exception) => exception switch
    {
        VaultUnavailableException or SecretUnavailableException or InsecureConfigurationException => exception.Message,
        MongoException => $"MongoDB does not do it ({exception.GetType().Name}).",
        RedisException => $"Redis does not do it ({exception.GetType().Name}).",
        _ => null,
    };

    /// <summary>Calls Vault by the operator's own <c>VAULT_TOKEN</c> where there is one, else by the AppRole of the API.</summary>
    public async Task<T> CallAsync<T>(Func<IVaultClient, Task<T>> call, CancellationToken cancellationToken)
    {
        if (Options.Address is null)
            throw new ValidationException("VAULT_ADDR is not set.");
        if (Configuration["VAULT_TOKEN"] is not { Length: > 0 } token)
            return await Secrets.Session.CallAsync(call, cancellationToken);
        try
        {
            return await call(Secrets.Clients.Create(new TokenAuthMethodInfo(token))).WaitAsync(cancellationToken);
        }
        catch (Exception exception) when (VaultUnavailableException.Covers(exception))
        {
            throw VaultUnavailableException.From(exception);
        }
    }

    /// <summary>The path below the mount: <c>app</c> is the secret of that name below the prefix.</summary>
    public string Locate(string path)
    {
        path = path.Trim('/');
        if (path.StartsWith($"{Options.MountPoint}/", StringComparison.Ordinal))
            path = path[(Options.MountPoint.Length + 1)..];
        return path.StartsWith($"{Options.Prefix.Trim('/')}/", StringComparison.Ordinal) ? path : $"{Options.Prefix.Trim('/')}/{path}";
    }

    /// <summary>The answer: as JSON where that is asked for, else what <paramref name="print"/> writes.</summary>
    public void Write<T>(T answer, Action<TextWriter> print)
    {
        var output = Parsed.InvocationConfiguration.Output;
        if (Parsed.GetValue(OperatorCommands.Json))
            output.WriteLine(JsonSerializer.Serialize(answer, JsonOptions));
        else
            print(output);
    }

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
            await _services.DisposeAsync();
        // A command leaves no token behind.
        if (Secrets.Session.Current is { } token)
            await Secrets.Renewal.RevokeAsync(token);
        Secrets.Session.Dispose();
        Secrets.Store.Dispose();
        Secrets.Clients.Dispose();
        Secrets.Metrics.Dispose();
        _logger.Dispose();
    }

    private ServiceProvider Build()
    {
        _builder.Register(Secrets, Options, _logger);
        _builder.AddConnections();
        _builder.Services.AddSingleton<PersonalDataKeys>();
        _builder.Services.AddSingleton<PersonalDataProtector>();
        return _builder.Services.BuildServiceProvider();
    }
}
