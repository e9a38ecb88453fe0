using CreditSystem.Cli.Rotation;
using k8s;
using k8s.Exceptions;
using YamlDotNet.Core;

namespace CreditSystem.Cli.Kubernetes;

/// <summary>The way to the Kubernetes API: the pod's service account or, outside a cluster, the kubeconfig; and the namespace.</summary>
internal sealed class ClusterConnection
{
    private readonly Option<string> secretNamespace = CliOption.Text("--kubernetes-namespace",
        "The Secrets' namespace; by default POD_NAMESPACE");

    // With every attempt that a rotation makes, and Vault as slow as it may be, an API server that never answers takes less
    // than the CronJob's activeDeadlineSeconds.
    private readonly Option<int> timeout = CliOption.Number("--kubernetes-timeout-seconds",
        "How long one request to the Kubernetes API may take, its answer's body included", least: 1, most: 30, byDefault: 10);

    public void AddTo(Command command) => command.AddAll(secretNamespace, timeout);

    /// <exception cref="CommandException">There is no way to it, or no namespace is named.</exception>
    public Cluster Open(ParseResult parsed, CommandHost host)
    {
        var place = host.ValueOf(parsed, secretNamespace, "POD_NAMESPACE")
            ?? throw new CommandException("Set POD_NAMESPACE, or give --kubernetes-namespace.");
        try
        {
            var configuration = KubernetesClientConfiguration.IsInCluster()
                ? KubernetesClientConfiguration.InClusterConfig()
                : KubernetesClientConfiguration.BuildConfigFromConfigFile(host.VariableOrNull("KUBECONFIG"));
            return new Cluster(new k8s.Kubernetes(configuration), place,
                new CallTimeout(TimeSpan.FromSeconds(parsed.GetValue(timeout)), host.Time));
        }
        catch (Exception exception)
            when (exception is KubeConfigException or IOException or UnauthorizedAccessException or YamlException or FormatException)
        {
            throw new CommandException(
                "There is no way to the Kubernetes API: neither a service account nor a kubeconfig that can be used.", exception);
        }
    }
}

/// <summary>The Secrets of one namespace.</summary>
internal sealed class Cluster(IKubernetes kubernetes, string secretNamespace, CallTimeout callTimeout) : IDisposable
{
    public ClusterSecret Secret(string name) => new(kubernetes, secretNamespace, name, callTimeout);

    /// <summary>What tells this cluster from every other, as long as it lives; null where the caller may not know.</summary>
    /// <exception cref="TargetUnavailableException">The API server does not answer.</exception>
    public Task<string?> FindUidAsync(CancellationToken cancellationToken) =>
        new ClusterCall("Namespace kube-system", callTimeout).RunAsync(
        async token => (await kubernetes.CoreV1.ReadNamespaceAsync("kube-system",
            cancellationToken: token)).Metadata.Uid, isAnswer: status => (int)status is 403 or 404, "get", cancellationToken);

    public void Dispose() => kubernetes.Dispose();
}

/// <param name="Limit">How long one request may take, its body included.</param>
/// <param name="Time">By which clock.</param>
internal sealed record CallTimeout(TimeSpan Limit, TimeProvider Time);
