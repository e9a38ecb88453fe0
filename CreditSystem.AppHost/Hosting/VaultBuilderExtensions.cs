namespace CreditSystem.AppHost.Hosting;

internal static class VaultBuilderExtensions
{
    private const int ContainerPort = 8200;

    /// <summary>Adds a Vault server in development mode (<c>vault server -dev</c>).</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Unique name; its root token is the parameter <c>name-root-token</c>, made anew in each run.</param>
    internal static IResourceBuilder<VaultResource> AddVault(this IDistributedApplicationBuilder builder, string name)
    {
        var rootToken = builder.ExecutionContext.IsRunMode
            ? builder.AddParameter($"{name}-root-token", new GenerateParameterDefault { MinLength = 26, Special = false }, secret: true)
            : null;
        var vault = builder.AddResource(new VaultResource(name, rootToken?.Resource))
            .WithImage(VaultContainerImageTags.Image, VaultContainerImageTags.Tag)
            .WithImageRegistry(VaultContainerImageTags.Registry)
            .WithHttpEndpoint(targetPort: ContainerPort, name: VaultResource.PrimaryEndpointName)
            .WithArgs("server", "-dev")
            .WithHttpHealthCheck("/v1/sys/health");
        return rootToken is null ? vault : vault
            .WithEnvironment("VAULT_DEV_ROOT_TOKEN_ID", rootToken)
            .WithEnvironment("VAULT_DEV_LISTEN_ADDRESS", "0.0.0.0:8200");
    }

    /// <summary>Where the application is published, Vault is not a part of it, but an address that is asked for.</summary>
    internal static IResourceBuilder<VaultResource> PublishAsAddress(this IResourceBuilder<VaultResource> vault, string parameterName)
    {
        if (vault.ApplicationBuilder.ExecutionContext.IsRunMode)
            return vault;

        vault.Resource.PublishedAddress = vault.ApplicationBuilder.AddParameter(parameterName).Resource;
        return vault.ExcludeFromManifest();
    }
}
