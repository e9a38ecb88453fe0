using System.ComponentModel.DataAnnotations;
using CreditSystem.Identity;
using CreditSystem.Secrets;
using CreditSystem.Secrets.Rotation;
using CreditSystem.Secrets.Sources;
using CreditSystem.Secrets.Vault;
using CreditSystem.ServiceDefaults.Certificates;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MongoDB.Driver;
using StackExchange.Redis;
using VaultSharp;
using VaultSharp.V1.AuthMethods.Token;

namespace CreditSystem.Cli.Administration;

/// <summary>One command on an installation: the API's settings and secrets, without the API.</summary>
internal sealed class CommandSession : IAsyncDisposable
{
    private readonly HostApplicationBuilder _builder;
    private readonly SecretsLogger _logger;
    private readonly CertificateFolder? _certificates;
    private ServiceProvider? _services;

    private CommandSession(ParseResult parsed, HostApplicationBuilder builder, TimeProvider time)
    {
        (Parsed, _builder, Time) = (parsed, builder, time);
        Options = VaultOptions.From(builder.Configuration);
        var isDevelopment = builder.Environment.IsDevelopment();
        _logger = new SecretsLogger(builder.Configuration, isDevelopment);
        Secrets = SecretsGraph.Create(Options, [.. ((IConfigurationRoot)builder.Configuration).Providers], isDevelopment, time, _logger);
        ((IConfigurationBuilder)builder.Configuration).Add(Secrets.Provider);
        var section = builder.Configuration.GetSection(CertificateOptions.SectionName);
        if (section[nameof(CertificateOptions.Directory)] is not { Length: > 0 } directory)
            return;
        // Somebody else fills it: the vault-proxy and MongoDB are shown what is in it.
        _certificates = new CertificateFolder(directory, _logger);
        _certificates.Refresh();
        Secrets.Clients.UseCertificates(_certificates);
    }

    public ParseResult Parsed { get; }

    public VaultOptions Options { get; }

    public SecretsGraph Secrets { get; }

    public TimeProvider Time { get; }

    public IConfiguration Configuration => _builder.Configuration;

    public static Command CreateCommand(
        CommandHost host, string name, string description, Func<CommandSession, CancellationToken, Task<int>> run,
        params ReadOnlySpan<Symbol> symbols)
    {
        var command = new Command(name, description);
        command.AddAll(symbols);
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, host, run, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult parsed, CommandHost host, Func<CommandSession, CancellationToken, Task<int>> run, CancellationToken cancellationToken)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings
        {
            DisableDefaults = true,
            EnvironmentName = host.VariableOrNull("ASPNETCORE_ENVIRONMENT") ?? host.VariableOrNull("DOTNET_ENVIRONMENT"),
        });
        host.Configure(builder.Configuration);
        // Nothing but the result goes to the standard output; what the servers' clients would log of a failure is in it.
        builder.Logging.ClearProviders();
        builder.Configuration["Logging:LogLevel:Default"] = nameof(LogLevel.Error);
        builder.Configuration["Logging:Console:LogToStandardErrorThreshold"] = nameof(LogLevel.Trace);
        await using var session = new CommandSession(parsed, builder, host.Time);
        return await run(session, cancellationToken);
    }

    /// <summary>
    /// One sentence for what a server, or a missing secret, does to a command. What the servers themselves say may hold anything.
    /// </summary>
    public static string? Describe(Exception exception) => exception switch
    {
        VaultUnavailableException or SecretUnavailableException or InsecureConfigurationException => exception.Message,
        MongoException => $"MongoDB does not do it ({exception.GetType().Name}).",
        RedisException => $"Redis does not do it ({exception.GetType().Name}).",
        _ => null,
    };

    /// <summary>Calls Vault by the person's own <c>VAULT_TOKEN</c> where there is one, else by the AppRole of the API.</summary>
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

    /// <summary>The connections of the API, with the secrets that it has now, or had last while Vault does not answer.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="needsVault">The secrets of before are not enough.</param>
    public async Task<IServiceProvider> ConnectAsync(CancellationToken cancellationToken, bool needsVault = false)
    {
        if (!await Secrets.Store.RefreshAsync(cancellationToken))
        {
            if (needsVault)
                throw new VaultUnavailableException(Secrets.Status.Reason ?? "Vault's secrets break a rule.");
            Secrets.Store.Restore();
        }

        return _services ??= Build();
    }

    /// <summary>The path below the mount: <c>app</c> is the secret of that name below the prefix.</summary>
    public string Locate(string path)
    {
        path = path.Trim('/');
        if (path.StartsWith($"{Options.MountPoint}/", StringComparison.Ordinal))
            path = path[(Options.MountPoint.Length + 1)..];
        return path.StartsWith($"{Options.Prefix.Trim('/')}/", StringComparison.Ordinal) ? path : $"{Options.Prefix.Trim('/')}/{path}";
    }

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
            await _services.DisposeAsync();
        // A command leaves no token behind.
        if (Secrets.Session.Current is { } token)
            await Secrets.Session.RevokeAsync(token);
        Secrets.Dispose();
        _logger.Dispose();
    }

    private ServiceProvider Build()
    {
        _builder.Register(Secrets, Options, _logger);
        if (_certificates is not null)
            _builder.Services.AddSingleton(_certificates);
        _builder.AddConnections();
        _builder.AddPersonalData();
        return _builder.Services.BuildServiceProvider();
    }
}
