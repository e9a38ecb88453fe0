using CreditSystem.AppHost.Hosting.Launch;
using CreditSystem.AppHost.Hosting.Servers;

namespace CreditSystem.AppHost.Hosting;

internal static class ReplicaExtensions
{
    private const string Silo = "silo";

    /// <summary>
    /// Adds a service as often as the run asks for, each with ports of its own: <c>api</c>, <c>api-2</c> and so on. Several share the logs
    /// of the ledger out; a deployment has one here, and its replicas from Kubernetes.
    /// </summary>
    /// <returns>The first.</returns>
    internal static IResourceBuilder<ProjectResource> AddReplicas<TProject>(this IDistributedApplicationBuilder builder, string name,
        LaunchOptions launch, Func<IResourceBuilder<ProjectResource>, int, IResourceBuilder<ProjectResource>> configure)
        where TProject : IProjectMetadata, new()
    {
        var count = builder.ExecutionContext.IsPublishMode ? 1 : launch.Replicas;
        var replicas = Enumerable.Range(1, count).Select(number =>
        {
            var replica = configure(
                builder.AddProject<TProject>(number == 1 ? name : $"{name}-{number}"), launch.ApiPortOf(number));
            return count == 1 ? replica : replica.WithCluster();
        }).ToList();
        return replicas[0];
    }

    // Its name is what `ledger partitions` calls it, and Orleans' dashboard, which is one of its addresses.
    private static IResourceBuilder<ProjectResource> WithCluster(this IResourceBuilder<ProjectResource> replica) => replica
        .WithEndpoint(scheme: "tcp", name: Silo)
        .WithEndpoint(Silo, endpoint => endpoint.ExcludeReferenceEndpoint = true)
        .WithEnvironment("Cluster__Mode", "Orleans")
        .WithEnvironment("Cluster__Name", replica.Resource.Name)
        .WithEnvironment("Cluster__Dashboard", "true")
        .WithUrl($"{replica.GetEndpoint(ServiceEndpointExtensions.Management)}/orleans/", "Orleans")
        .WithEnvironment("Cluster__Port", $"{replica.GetEndpoint(Silo).Property(EndpointProperty.TargetPort)}");
}
