using System.Text.RegularExpressions;

namespace CreditSystem.AppHost.Kubernetes;

/// <summary>A value with its expressions resolved for the cluster.</summary>
/// <param name="Text">The value; parts that are secret are left out of it.</param>
/// <param name="IsSecret">True when any part of it is secret, so that the whole belongs into a Secret.</param>
internal readonly record struct ResolvedValue(string Text, bool IsSecret);

/// <summary>
/// Resolves the manifest's <c>{resource.path}</c> expressions to what holds inside the cluster, where each workload is
/// reached through the Service of its own name.
/// </summary>
internal sealed partial class ExpressionResolver(AspireManifest manifest)
{
    private readonly Stack<string> path = new();

    /// <summary>Resolves every expression of a value.</summary>
    /// <exception cref="ManifestException">An expression names something that is not in the manifest, or itself.</exception>
    public ResolvedValue Resolve(string value)
    {
        var isSecret = false;
        var text = Expression().Replace(value, match =>
        {
            var part = ResolveExpression(match.Groups["path"].Value);
            isSecret |= part.IsSecret;
            return part.Text;
        });
        return new ResolvedValue(text, isSecret);
    }

    private ResolvedValue ResolveExpression(string expression)
    {
        if (path.Contains(expression))
            throw new ManifestException($"The expression '{{{expression}}}' refers to itself: {string.Join(" -> ", path.Reverse())}.");

        path.Push(expression);
        try
        {
            var dot = expression.IndexOf('.', StringComparison.Ordinal);
            var resource = manifest.Find(expression[..dot])
                ?? throw new ManifestException($"The expression '{{{expression}}}' names a resource that the manifest does not have.");
            return ResolveMember(resource, expression[(dot + 1)..])
                ?? throw new ManifestException(
                    $"The expression '{{{expression}}}' cannot be resolved: '{resource.Name}' ({resource.Type}) has no such member.");
        }
        finally
        {
            path.Pop();
        }
    }

    private ResolvedValue? ResolveMember(ManifestResource resource, string member) => member switch
    {
        "connectionString" when resource.ConnectionString is { } value => Resolve(value),
        "value" when resource.Value is { } value => Filtered(resource, Resolve(value)),
        "inputs.value" when resource.Type == ManifestTypes.Parameter => Parameter(resource),
        _ when member.StartsWith("bindings.", StringComparison.Ordinal) => Binding(resource, member.Split('.')),
        _ => null,
    };

    private static ResolvedValue Filtered(ManifestResource resource, ResolvedValue value) => resource.Filter switch
    {
        null => value,
        "uri" => value with { Text = Uri.EscapeDataString(value.Text) },
        _ => throw new ManifestException($"Resource '{resource.Name}' asks for the unknown filter '{resource.Filter}'."),
    };

    /// <summary>A parameter without a default is left as <c>&lt;name&gt;</c>, which no service accepts: the overlay must set it.</summary>
    private static ResolvedValue Parameter(ManifestResource resource) => resource.IsSecret
        ? new ResolvedValue("", IsSecret: true)
        : new ResolvedValue(resource.Default ?? $"<{resource.Name}>", IsSecret: false);

    private static ResolvedValue? Binding(ManifestResource resource, string[] parts)
    {
        if (parts.Length != 3 || resource.Bindings.FirstOrDefault(binding => binding.Name == parts[1]) is not { } binding)
            return null;

        var port = $"{binding.Port}";
        string? text = parts[2] switch
        {
            "host" => resource.Name,
            "port" => port,
            "targetPort" => $"{binding.TargetPort}",
            "scheme" => binding.Scheme,
            "url" => $"{binding.Scheme}://{resource.Name}:{port}",
            _ => null,
        };
        return text is null ? null : new ResolvedValue(text, IsSecret: false);
    }

    [GeneratedRegex(@"\{(?<path>[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+)\}")]
    private static partial Regex Expression();
}
