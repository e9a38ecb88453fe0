using Node = System.Collections.Generic.Dictionary<string, object>;

namespace CreditSystem.AppHost.Kubernetes;

/// <summary>
/// The objects of one workload, in the shape and with the names that aspirate gives them: a project or a container
/// without volumes is a Deployment, a container with volumes is a StatefulSet.
/// </summary>
internal sealed class WorkloadObjects(ManifestResource resource, ExpressionResolver resolver)
{
    /// <summary>Tag of an image that the overlay must replace: a project's image has no version in the manifest.</summary>
    internal const string UnsetTag = "set-by-overlay";

    private readonly List<KeyValuePair<string, ResolvedValue>> environment =
        resource.Env.Select(entry => KeyValuePair.Create(entry.Key, resolver.Resolve(entry.Value))).ToList();

    private Node Labels => new() { ["app"] = resource.Name };

    /// <summary>True when it keeps data.</summary>
    public bool IsStateful => resource.Volumes.Count > 0;

    /// <summary>Name of the ConfigMap of its environment.</summary>
    private string ConfigMapName => $"{resource.Name}-env";

    /// <summary>Name of the Secret that an operator, or the bootstrap, creates for its secret environment.</summary>
    private string SecretName => $"{resource.Name}-secrets";

    /// <summary>Environment that may be read by anybody, as <c>NAME=value</c>.</summary>
    private List<string> Literals =>
        environment.Where(entry => !entry.Value.IsSecret).Select(entry => $"{entry.Key}={entry.Value.Text}").ToList();

    public Node Workload()
    {
        var spec = new Node
        {
            ["replicas"] = 1,
            ["selector"] = new Node { ["matchLabels"] = Labels },
        };
        if (IsStateful)
            spec["serviceName"] = resource.Name;
        else
            spec["strategy"] = new Node { ["type"] = "Recreate" };

        spec["template"] = new Node
        {
            ["metadata"] = new Node { ["labels"] = Labels },
            ["spec"] = new Node { ["containers"] = new List<Node> { Container() }, ["terminationGracePeriodSeconds"] = 180 },
        };
        if (IsStateful)
            spec["volumeClaimTemplates"] = resource.Volumes.Select(Claim).ToList();

        return Object("apps/v1", IsStateful ? "StatefulSet" : "Deployment", new Node { ["name"] = resource.Name, ["labels"] = Labels },
            spec);
    }

    public Node Service() => Object("v1", "Service", new Node { ["name"] = resource.Name }, new Node
    {
        ["type"] = "ClusterIP",
        ["selector"] = Labels,
        ["ports"] = resource.Bindings.Select(binding => new Node
        {
            ["name"] = binding.Name,
            ["port"] = binding.Port,
            ["targetPort"] = binding.TargetPort,
        }).ToList(),
    });

    public Node Kustomization(IReadOnlyList<string> files)
    {
        var node = new Node { ["resources"] = files, ["generatorOptions"] = new Node { ["disableNameSuffixHash"] = true } };
        if (Literals.Count > 0)
            node["configMapGenerator"] = new List<Node> { new() { ["name"] = ConfigMapName, ["literals"] = Literals } };
        return node;
    }

    private Node Container()
    {
        var node = new Node
        {
            ["name"] = resource.Name,
            ["image"] = resource.Image ?? $"{resource.Name}:{UnsetTag}",
            ["imagePullPolicy"] = "IfNotPresent",
        };
        if (resource.Entrypoint is { } entrypoint)
            node["command"] = new List<string> { entrypoint };
        if (resource.Args.Count > 0)
            node["args"] = resource.Args.Select(Argument).ToList();
        if (resource.Bindings.Count > 0)
            node["ports"] = resource.Bindings.Select(
                binding => new Node { ["name"] = binding.Name, ["containerPort"] = binding.TargetPort }).ToList();
        if (Literals.Count > 0)
            node["envFrom"] = new List<Node> { new() { ["configMapRef"] = new Node { ["name"] = ConfigMapName } } };
        if (SecretEnvironment() is { Count: > 0 } secrets)
            node["env"] = secrets;
        if (IsStateful)
            node["volumeMounts"] = resource.Volumes.Select(Mount).ToList();
        return node;
    }

    /// <summary>An argument is readable by everybody who may list pods.</summary>
    private string Argument(string argument) => resolver.Resolve(argument) is { IsSecret: false } value
        ? value.Text
        : throw new ManifestException($"An argument of '{resource.Name}' holds a secret; hand it over in the environment.");

    private List<Node> SecretEnvironment() => environment.Where(entry => entry.Value.IsSecret).Select(entry => new Node
    {
        ["name"] = entry.Key,
        ["valueFrom"] = new Node { ["secretKeyRef"] = new Node { ["name"] = SecretName, ["key"] = entry.Key } },
    }).ToList();

    private static Node Mount(ManifestVolume volume)
    {
        var node = new Node { ["name"] = volume.Name, ["mountPath"] = volume.Target };
        if (volume.ReadOnly)
            node["readOnly"] = true;
        return node;
    }

    private static Node Claim(ManifestVolume volume) => new()
    {
        ["metadata"] = new Node { ["name"] = volume.Name },
        ["spec"] = new Node
        {
            ["accessModes"] = new List<string> { "ReadWriteOnce" },
            ["resources"] = new Node { ["requests"] = new Node { ["storage"] = "1Gi" } },
        },
    };

    private static Node Object(string apiVersion, string kind, Node metadata, Node spec) =>
        new() { ["apiVersion"] = apiVersion, ["kind"] = kind, ["metadata"] = metadata, ["spec"] = spec };
}
