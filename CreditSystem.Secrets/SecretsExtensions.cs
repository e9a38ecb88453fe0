using CreditSystem.Secrets.Database;
using CreditSystem.Secrets.Rotation;
using CreditSystem.Secrets.Sources;
using CreditSystem.Secrets.Transit;
using CreditSystem.Secrets.Vault;
using CreditSystem.Secrets.Vault.AppRole;
using CreditSystem.Secrets.Vault.Server;
using CreditSystem.ServiceDefaults;

namespace CreditSystem.Secrets;

public static class SecretsExtensions
{
    /// <summary>
    /// Adds the secrets as configuration: Vault over secret files over environment over defaults. Call it before everything
    /// that reads configuration.
    /// </summary>
    /// <param name="builder">The host.</param>
    /// <param name="timeProvider">Null for the system's.</param>
    /// <param name="beforeLoading">What the first read of a secret may need, as a certificate for the way to Vault.</param>
    /// <exception cref="InsecureConfigurationException">Outside development, a secret is missing or a well-known example.</exception>
    public static async Task AddSecretsAsync(
        this IHostApplicationBuilder builder, TimeProvider? timeProvider = null, Func<SecretsGraph, Task>? beforeLoading = null)
    {
        var time = timeProvider ?? TimeProvider.System;
        var options = VaultOptions.From(builder.Configuration);
        var logger = new SecretsLogger(builder.Configuration, builder.Environment.IsDevelopment());
        var secrets = SecretsGraph.Create(
            options, [.. ((IConfigurationRoot)builder.Configuration).Providers], builder.Environment.IsDevelopment(), time, logger);
        builder.Configuration.Add(secrets.Provider);
        if (beforeLoading is not null)
            await beforeLoading(secrets);
        await LoadAsync(secrets, options, time);
        if (!builder.Environment.IsDevelopment() && secrets.Store.FindSecurityViolations() is { Count: > 0 } violations)
            throw new InsecureConfigurationException(violations, secrets.Status.UnreachableSince is null ? null : secrets.Status.Reason);

        builder.Register(secrets, options, logger);
        builder.Services.AddHostedService(services =>
        {
            logger.UseHost(services.GetRequiredService<ILoggerFactory>());
            return new SecretRefresh(secrets.Store, secrets.Status, options, time);
        });
        if (options.Address is null)
            return;
        builder.Services.AddSingleton(services => new TokenRenewal(
            secrets.Session, secrets.Metrics, time, secrets.Logger,
            // Only users of the database engine end with the token.
            options.MongoDB.Mode == DatabaseMode.Dynamic && services.GetService<DatabaseHandover>() is { } handover
                ? handover.CompleteAsync
                : null));
        builder.Services.AddHostedService(_ => new ServerAnnouncement(secrets.Clients, secrets.Status, time, secrets.Logger));
        builder.Services.AddHostedService<TokenRevocation>();
        builder.Services.AddHostedService(services => services.GetRequiredService<TokenRenewal>());
        builder.Services.AddHostedService(services => new AppRoleCredentialsWatch(
            secrets.Credentials, services.GetRequiredService<TokenRenewal>(), options, time, secrets.Logger));
    }

    /// <summary>Lets the services of the application have the parts of this area.</summary>
    public static void Register(this IHostApplicationBuilder builder, SecretsGraph secrets, VaultOptions options, SecretsLogger logger)
    {
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(secrets.Store);
        builder.Services.AddSingleton(secrets.Session);
        builder.Services.AddSingleton(secrets.Status);
        builder.Services.AddSingleton(secrets.Login);
        builder.Services.AddSingleton<TransitService>();
        builder.Services.AddSingleton(secrets.Clients);
        builder.Services.AddSingleton(secrets.KeyChecks);
        builder.Services.AddSingleton(secrets.Metrics);
        builder.Services.AddCounterInitialization(_ => secrets.Metrics.Begin());
        builder.Services.AddSingleton(logger);
    }

    /// <summary>Tries until it works or the start has waited long enough; what is there then is used.</summary>
    private static async Task LoadAsync(SecretsGraph secrets, VaultOptions options, TimeProvider time)
    {
        var deadline = time.GetUtcNow() + options.EffectiveStartTimeout;
        var retry = new Backoff(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(2), time);
        while (!await secrets.Store.RefreshAsync(CancellationToken.None) && secrets.Status.UnreachableSince is not null)
        {
            var wait = retry.Failed();
            if (options.Address is null || time.GetUtcNow() + wait > deadline)
            {
                secrets.Store.Restore();
                return;
            }

            await Task.Delay(wait, time);
            secrets.Session.RetryNow();
        }
    }
}
