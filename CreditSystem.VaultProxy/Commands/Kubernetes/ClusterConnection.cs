using System.CommandLine;
using k8s;
using k8s.Exceptions;

namespace CreditSystem.VaultProxy.Commands.Kubernetes;

/// <summary>The way to the Kubernetes API: the pod's service account or, outside a cluster, the kubeconfig; and the namespace.</summary>
internal sealed class ClusterConnection
{
    private readonly Option<string> secretNamespace = new("--kubernetes-namespace") { Description = "The Secrets' namespace; by default POD_NAMESPACE" };

    // With every attempt that a rotation makes, and Vault as slow as it may be, an API server that never answers takes less
    // than the CronJob's activeDeadlineSeconds.
    private readonly Option<int> timeout = new("--kubernetes-timeout-seconds") { Description = "How long one request to the Kubernetes API may take, 1 to 30", DefaultValueFactory = _ => 10 };

    public void AddTo(Command command)
    {
        timeout.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 30)
                result.AddError("--kubernetes-timeout-seconds must be between 1 and 30.");
        });
        command.Add(secretNamespace);
        command.Add(timeout);
    }

    /// <exception cref="CommandFailure">There is no way to it, or no namespace is named.</exception>
    public Cluster Open(ParseResult parsed, CommandHost host)
    {
        var place = parsed.GetValue(secretNamespace) ?? host.VariableOrNull("POD_NAMESPACE") ?? throw new CommandFailure("Set POD_NAMESPACE, or give --kubernetes-namespace.");
        try
        {
            var configuration = KubernetesClientConfiguration.IsInCluster()
                ? KubernetesClientConfiguration.InClusterConfig()
                : KubernetesClientConfiguration.BuildConfigFromConfigFile(host.VariableOrNull("KUBECONFIG"));
            return new Cluster(new k8s.Kubernetes(configuration), place, new Patience(TimeSpan.FromSeconds(parsed.GetValue(timeout)), host.Time));
        }
        catch (Exception exception) when (exception is KubeConfigException or IOException)
        {
            throw new CommandFailure("There is no way to the Kubernetes API: neither a service account nor a kubeconfig.", exception);
        }
    }
}

/// <summary>The Secrets of one namespace.</summary>
internal sealed class Cluster(IKubernetes kubernetes, string secretNamespace, Patience patience) : IDisposable
{
    public ClusterSecret Secret(string name) => new(kubernetes, secretNamespace, name, patience);

    public void Dispose() => kubernetes.Dispose();
}

/// <param name="Limit">How long one request may take, its body included.</param>
/// <param name="Time">By which clock.</param>
internal sealed record Patience(TimeSpan Limit, TimeProvider Time);
