using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CreditSystem.Secrets.Rotation;

/// <summary>
/// An integration of Aspire, registered once. It reads a connection string once, too: each generation of credentials resolves
/// the registrations anew, and its client, options and spans end together.
/// </summary>
internal sealed class ClientIntegration
{
    private readonly IServiceCollection _registrations;

    /// <param name="application">Its settings of integrations hold, and the client logs where it does.</param>
    /// <param name="add">Adds the integration.</param>
    public ClientIntegration(IServiceProvider application, Action<IHostApplicationBuilder> add)
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Configuration.AddInMemoryCollection(application.GetRequiredService<IConfiguration>().GetSection("Aspire").AsEnumerable());
        builder.Services.Replace(ServiceDescriptor.Singleton(application.GetRequiredService<ILoggerFactory>()));
        add(builder);
        _registrations = builder.Services;
    }

    public ServiceProvider Resolve() => _registrations.BuildServiceProvider();
}
