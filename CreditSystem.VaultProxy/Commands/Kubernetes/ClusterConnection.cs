using System.CommandLine;
using k8s;
using k8s.Exceptions;

namespace CreditSystem.VaultProxy.Commands.Kubernetes;

/// <summary>The way to the Kubernetes API: the pod's service account or, outside a cluster, the kubeconfig; and the namespace.</summary>
internal sealed class ClusterConnection
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    private readonly Option<string> secretNamespace = new("--kubernetes-namespace") { Description = "The Secrets' namespace; by default POD_NAMESPACE" };

    public void AddTo(Command command) => command.Add(secretNamespace);

    /// <exception cref="CommandFailure">There is no way to it, or no namespace is named.</exception>
    public Cluster Open(ParseResult parsed, CommandHost host)
    {
        var place = parsed.GetValue(secretNamespace) ?? host.VariableOrNull("POD_NAMESPACE") ?? throw new CommandFailure("Set POD_NAMESPACE, or give --kubernetes-namespace.");
        try
        {
            var configuration = KubernetesClientConfiguration.IsInCluster()
                ? KubernetesClientConfiguration.InClusterConfig()
                : KubernetesClientConfiguration.BuildConfigFromConfigFile(host.VariableOrNull("KUBECONFIG"));
            configuration.HttpClientTimeout = Timeout;
            return new Cluster(new k8s.Kubernetes(configuration), place);
        }
        catch (Exception exception) when (exception is KubeConfigException or IOException)
        {
            throw new CommandFailure("There is no way to the Kubernetes API: neither a service account nor a kubeconfig.", exception);
        }
    }
}

/// <summary>The Secrets of one namespace.</summary>
internal sealed class Cluster(IKubernetes kubernetes, string secretNamespace) : IDisposable
{
    public ClusterSecret Secret(string name) => new(kubernetes, secretNamespace, name);

    public void Dispose() => kubernetes.Dispose();
}
