using CreditSystem.AppHost.Hosting.Launch;
using CreditSystem.AppHost.Hosting.Servers;

namespace CreditSystem.AppHost.Hosting.Vault;

/// <summary>Provides extension methods for adding Vault to the application.</summary>
internal static class VaultBuilderExtensions
{
    internal const string Registry = "docker.io";
    internal const string Image = "hashicorp/vault";
    internal const string Tag = "1.21";

    private const int ContainerPort = 8200;
    private const string AddressVariable = "VAULT_ADDR";

    /// <summary>Adds a Vault server in development mode (<c>vault server -dev</c>).</summary>
    /// <param name="builder">The <see cref="IDistributedApplicationBuilder"/>.</param>
    /// <param name="name">The name of the resource; its root token is the parameter <c>name-root-token</c>, made anew in each run.</param>
    /// <param name="port">The port on this machine; any free one by default.</param>
    /// <returns>A reference to the <see cref="IResourceBuilder{VaultResource}"/>.</returns>
    /// <remarks>A <see cref="VaultResource"/> is healthy when it is initialised, unsealed and active.</remarks>
    internal static IResourceBuilder<VaultResource> AddVault(this IDistributedApplicationBuilder builder, [ResourceName] string name,
        int? port = null)
    {
        var rootToken = builder.ExecutionContext.IsRunMode
            ? builder.AddParameter($"{name}-root-token", new GenerateParameterDefault { MinLength = 26, Special = false }, secret: true)
            : null;
        var vault = builder.AddResource(new VaultResource(name, rootToken?.Resource))
            .WithImage(Image, Tag)
            .WithImageRegistry(Registry)
            .WithHttpEndpoint(port: port, targetPort: ContainerPort, name: VaultResource.PrimaryEndpointName)
            .WithIconName("KeyMultiple")
            .WithArgs("server", "-dev")
            .WithHttpHealthCheck("/v1/sys/health");
        return rootToken is null ? vault : vault
            .WithEnvironment("VAULT_DEV_ROOT_TOKEN_ID", rootToken)
            .WithEnvironment("VAULT_DEV_LISTEN_ADDRESS", "0.0.0.0:8200");
    }

    /// <summary>Where the application is published, Vault is not a part of it, but an address that is asked for.</summary>
    /// <param name="builder">The Vault.</param>
    /// <param name="parameterName">The name of the parameter that holds the address.</param>
    internal static IResourceBuilder<VaultResource> PublishAsAddress(this IResourceBuilder<VaultResource> builder,
        [ResourceName] string parameterName)
    {
        if (builder.ApplicationBuilder.ExecutionContext.IsRunMode)
            return builder;

        builder.Resource.PublishedAddress = builder.ApplicationBuilder.AddParameter(parameterName).Resource;
        return builder.ExcludeFromManifest();
    }

    /// <summary>
    /// Runs it as the development server where servers run as processes; where somebody names one that is there already, that one is
    /// waited for until it is initialised, unsealed and active, and gets no buttons.
    /// </summary>
    /// <typeparam name="TProject">The development server.</typeparam>
    /// <returns>The resource to wait for.</returns>
    internal static IResourceBuilder<IResource> RunAsServer<TProject>(this IResourceBuilder<VaultResource> vault, ServerMode servers,
        LaunchOptions launch)
        where TProject : IProjectMetadata, new()
    {
        var builder = vault.ApplicationBuilder;
        if (builder.ExecutionContext.IsPublishMode || launch is not { VaultAddress: { } address, VaultTokenFile: { } tokenFile })
            return vault.RunAsProcess<TProject>(servers, "VAULT_DEV_LISTEN_ADDRESS", "127.0.0.1:").WithVaultCommands(vault);

        builder.Resources.Remove(vault.Resource);
        if (vault.Resource.RootToken is { } rootToken)
            builder.Resources.Remove(rootToken);
        vault.Resource.Existing = (address.GetLeftPart(UriPartial.Authority), tokenFile);
        return builder.AddExternalService(vault.Resource.Name, address).WithHttpHealthCheck("/v1/sys/health");
    }

    /// <summary>
    /// Tells a resource where Vault is: <c>ConnectionStrings__name</c> as for every other server, and <c>VAULT_ADDR</c>, which Vault's
    /// own clients read.
    /// </summary>
    /// <param name="builder">The resource that uses Vault. It gets no token.</param>
    /// <param name="vault">The Vault.</param>
    /// <param name="connectionName">The name of the connection string; that of the Vault by default.</param>
    internal static IResourceBuilder<T> WithReference<T>(this IResourceBuilder<T> builder, IResourceBuilder<VaultResource> vault,
        string? connectionName = null)
        where T : IResourceWithEnvironment
    {
        // The manifest has no Vault that it could refer to, nor has a run with one that is there already: only the address.
        var reference = vault.Resource.PublishedAddress is null && vault.Resource.Existing is null
            ? builder.WithReference((IResourceBuilder<IResourceWithConnectionString>)vault, connectionName)
            : builder.WithEnvironment($"ConnectionStrings__{connectionName ?? vault.Resource.Name}", vault.Resource.AddressExpression);
        return reference.WithEnvironment(AddressVariable, vault.Resource.AddressExpression);
    }
}
