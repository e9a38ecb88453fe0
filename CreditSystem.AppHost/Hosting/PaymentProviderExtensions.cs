using CreditSystem.AppHost.Hosting.Launch;
using CreditSystem.AppHost.Hosting.Vault;

namespace CreditSystem.AppHost.Hosting;

/// <summary>A payment provider on this machine that speaks Stripe's API, unless the real one is asked for. It is never published.</summary>
internal static class PaymentProviderExtensions
{
    internal const string Name = "stripe";

    private const string Notices = "/v1/webhooks/stripe";

    /// <returns>Null where Stripe itself is used.</returns>
    internal static IResourceBuilder<ProjectResource>? AddPaymentProvider<TProject>(this IDistributedApplicationBuilder builder,
        LaunchOptions launch)
        where TProject : IProjectMetadata, new()
    {
        if (builder.ExecutionContext.IsPublishMode || launch.UsesRealStripe)
            return null;

        var provider = builder.AddProject<TProject>(Name)
            .WithHttpEndpoint()
            .WithUrlForEndpoint("http", url => url.DisplayText = "Payments, refunds, disputes")
            .WithEnvironment("DEV_DATA_DIRECTORY", DirectoryOf(launch))
            .WithIconName("Payment")
            .WithHttpHealthCheck("/health")
            .ExcludeFromManifest();
        return provider.WithEnvironment(
            "STRIPE_DEV_LISTEN_ADDRESS", $"127.0.0.1:{provider.GetEndpoint("http").Property(EndpointProperty.TargetPort)}");
    }

    /// <summary>The bootstrap puts the provider's secrets into Vault, where there are none of Stripe's.</summary>
    internal static IResourceBuilder<ProjectResource> WithSecretsOf(this IResourceBuilder<ProjectResource> bootstrap,
        IResourceBuilder<ProjectResource>? provider, LaunchOptions launch) => provider is null ? bootstrap : bootstrap
        .WithArgs(
            "--set-default", $"stripe.secret_key=@{Path.Combine(DirectoryOf(launch), "secret_key")}",
            "--set-default", $"stripe.webhook_secret=@{Path.Combine(DirectoryOf(launch), "webhook_secret")}")
        // It has made them before it is healthy.
        .WaitFor(provider);

    internal static IResourceBuilder<ProjectResource> WithPaymentsThrough(this IResourceBuilder<ProjectResource> api,
        IResourceBuilder<ProjectResource>? provider) => provider is null ? api : api
        .WithEnvironment("Payments__ApiBase", provider.GetEndpoint("http"))
        .WithReferenceRelationship(provider);

    /// <summary>The provider tells this one of what happens; all replicas see what it does.</summary>
    internal static void WithNoticesTo(this IResourceBuilder<ProjectResource>? provider, IResourceBuilder<ProjectResource> api,
        LaunchOptions launch) => provider?
        .WithEnvironment("STRIPE_DEV_WEBHOOK_URLS", $"{api.GetEndpoint("http")}{Notices}")
        .WithTrustInCertificatesOf(api, launch);

    private static string DirectoryOf(LaunchOptions launch) => Path.Combine(launch.DataDirectory, Name);
}
