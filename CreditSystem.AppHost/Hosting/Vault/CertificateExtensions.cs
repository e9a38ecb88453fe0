using CreditSystem.AppHost.Hosting.Launch;

namespace CreditSystem.AppHost.Hosting.Vault;

/// <summary>
/// <c>--certificates</c>: the API speaks HTTPS, and every connection between it, its replicas and the vault-proxy is TLS on which both
/// sides show a certificate, all of Vault's PKI. In a cluster the components <c>certificates</c> and <c>certificates-api</c> do the same.
/// </summary>
internal static class CertificateExtensions
{
    private const string VaultProxy = "vault-proxy";
    private const string Role = "credit-system";

    /// <summary>As often as the CronJob of a deployment looks.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>Has the bootstrap make the authority, and the first certificate of the vault-proxy.</summary>
    internal static IResourceBuilder<ProjectResource> WithCertificates(
        this IResourceBuilder<ProjectResource> bootstrap, LaunchOptions launch) =>
        launch.HasCertificates ? bootstrap.WithArgs("--certificates", "--certificates-directory", DirectoryOf(launch)) : bootstrap;

    /// <summary>The vault-proxy speaks TLS, and requires a certificate of its clients.</summary>
    internal static IResourceBuilder<ProjectResource> WithServerCertificate(
        this IResourceBuilder<ProjectResource> proxy, LaunchOptions launch, IResourceBuilder<ProjectResource> bootstrap)
    {
        if (!launch.HasCertificates || proxy.ApplicationBuilder.ExecutionContext.IsPublishMode)
            return proxy;
        return proxy
            .WithHttps(DirectoryOf(launch, VaultProxy))
            .WithEnvironment("VaultProxy__RequireClientCertificate", "true")
            .WaitForCompletion(bootstrap);
    }

    /// <summary>The API has its own certificate issued, and shows it to its clients, the vault-proxy and its replicas.</summary>
    internal static IResourceBuilder<ProjectResource> WithIssuedCertificate(
        this IResourceBuilder<ProjectResource> api, LaunchOptions launch) =>
        !launch.HasCertificates || api.ApplicationBuilder.ExecutionContext.IsPublishMode ? api : api
            .WithHttps(DirectoryOf(launch, api.Resource.Name))
            .WithEnvironment("Vault__Pki__Role", Role)
            .WithEnvironment("Vault__Pki__CommonName", "api")
            .WithEnvironment("Vault__Pki__AlternativeNames", "localhost")
            .WithEnvironment("VAULT_CACERT", Path.Combine(DirectoryOf(launch, VaultProxy), "ca.crt"))
            .WithEnvironment("Cluster__UsesHostCertificates", "true");

    /// <summary>A client of the API trusts its authority, where .NET takes that from OpenSSL's variable: on Linux.</summary>
    internal static IResourceBuilder<ProjectResource> WithTrustInCertificatesOf(
        this IResourceBuilder<ProjectResource> client, IResourceBuilder<ProjectResource> api, LaunchOptions launch) =>
        AuthoritiesOf(api.Resource, launch) is { } path ? client.WithEnvironment("SSL_CERT_FILE", path) : client;

    /// <summary>The file of the authorities that clients of a service trust; null where it speaks plain HTTP.</summary>
    internal static string? AuthoritiesOf(ProjectResource service, LaunchOptions launch) =>
        launch.HasCertificates ? Path.Combine(DirectoryOf(launch, service.Name), "ca.crt") : null;

    /// <summary>Looks every hour whether the vault-proxy needs another certificate, which it then takes without a restart.</summary>
    internal static void AddCertificateRenewal<TProject>(this IDistributedApplicationBuilder builder, string name,
        IResourceBuilder<VaultResource> vault, IResourceBuilder<ProjectResource> bootstrap, LaunchOptions launch)
        where TProject : IProjectMetadata, new()
    {
        if (!launch.HasCertificates || builder.ExecutionContext.IsPublishMode)
            return;
        var renewal = builder.AddProject<TProject>(name)
            .WithArgs("issue-certificate", "--common-name", VaultProxy, "--directory", DirectoryOf(launch, VaultProxy))
            .WithReference(vault)
            .WithRotatorAppRole(bootstrap)
            .WithParentRelationship(bootstrap)
            .WithIconName("Certificate")
            .WithExplicitStart()
            .ExcludeFromManifest();
        builder.StartEvery(Interval, renewal);
    }

    private static IResourceBuilder<ProjectResource> WithHttps(this IResourceBuilder<ProjectResource> service, string directory)
    {
#pragma warning disable ASPIRECERTIFICATES001 // It has one of its own, and no developer certificate.
        service.WithoutHttpsCertificate();
#pragma warning restore ASPIRECERTIFICATES001
        return service
            .WithEndpoint("http", endpoint => endpoint.UriScheme = "https")
            .WithEnvironment("Certificates__Directory", directory);
    }

    private static string DirectoryOf(LaunchOptions launch, string service = "") =>
        Path.Combine(launch.DataDirectory, "certificates", service);
}
