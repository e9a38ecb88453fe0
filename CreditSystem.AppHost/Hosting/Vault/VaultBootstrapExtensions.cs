using CreditSystem.AppHost.Hosting.Servers;

namespace CreditSystem.AppHost.Hosting.Vault;

internal static class VaultBootstrapExtensions
{
    private const string RoleIdParameter = "vault-role-id";
    private const string SecretIdParameter = "vault-secret-id";

    /// <summary>Adds the step that prepares Vault, and the users of the servers behind it, before any service starts.</summary>
    /// <typeparam name="TProject">The command line, which has <c>bootstrap</c>.</typeparam>
    internal static IResourceBuilder<ProjectResource> AddVaultBootstrap<TProject>(this IDistributedApplicationBuilder builder, string name,
        IResourceBuilder<VaultResource> vault, ServerMode mode)
        where TProject : IProjectMetadata, new()
    {
        var credentials = new CredentialsAnnotation(Path.Combine(mode.DataDirectory, "approle"),
            Path.Combine(mode.DataDirectory, "approle-rotator"));
        var bootstrap = builder.AddProject<TProject>(name)
            .WithArgs(
                "bootstrap", "--environment", "development",
                "--credentials-directory", credentials.Directory, "--rotator-credentials-directory", credentials.RotatorDirectory)
            .WithReference(vault)
            .WithAnnotation(credentials)
            .ExcludeFromManifest();
        if (vault.Resource.Existing is { } existing)
            return bootstrap.WithArgs("--token-file", existing.TokenFile);
        // A container's development Vault forgets everything at its end, the databases do not.
        bootstrap.WithArgs("--keep-values", Path.Combine(mode.DataDirectory, "kept"));
        return vault.Resource.RootToken is { } rootToken ? bootstrap.WithEnvironment("VAULT_TOKEN", $"{rootToken}") : bootstrap;
    }

    /// <summary>
    /// Gives a service its AppRole: in a run the folder of files that the bootstrap writes and that rotation replaces; in a
    /// deployment two parameters, which the Kubernetes components turn into a mounted Secret.
    /// </summary>
    internal static IResourceBuilder<ProjectResource> WithAppRole(this IResourceBuilder<ProjectResource> service,
        IResourceBuilder<ProjectResource> bootstrap)
    {
        var builder = service.ApplicationBuilder;
        if (builder.ExecutionContext.IsPublishMode)
        {
            return service
                .WithEnvironment("VAULT_ROLE_ID", builder.AddParameter(RoleIdParameter, secret: true))
                .WithEnvironment("VAULT_SECRET_ID", builder.AddParameter(SecretIdParameter, secret: true));
        }

        return service.WithEnvironment("VAULT_CREDENTIALS_DIRECTORY", Credentials(bootstrap).Directory).WaitForCompletion(bootstrap);
    }

    /// <summary>Gives the rotation its own AppRole.</summary>
    internal static IResourceBuilder<ProjectResource> WithRotatorAppRole(this IResourceBuilder<ProjectResource> rotation,
        IResourceBuilder<ProjectResource> bootstrap) =>
        rotation.WithArgs("--credentials-directory", Credentials(bootstrap).RotatorDirectory).WaitForCompletion(bootstrap);

    /// <summary>Lets the rotation replace the secret_id of the API.</summary>
    internal static IResourceBuilder<ProjectResource> WithSecretIdRotation(this IResourceBuilder<ProjectResource> rotation,
        IResourceBuilder<ProjectResource> bootstrap) =>
        rotation.WithArgs("rotate-secret-id", "--directory", Credentials(bootstrap).Directory).WithRotatorAppRole(bootstrap);

    private static CredentialsAnnotation Credentials(IResourceBuilder<ProjectResource> bootstrap) =>
        bootstrap.Resource.Annotations.OfType<CredentialsAnnotation>().Last();

    private sealed record CredentialsAnnotation(string Directory, string RotatorDirectory) : IResourceAnnotation;
}
