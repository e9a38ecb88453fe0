using System.Globalization;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>What can be asked of an endpoint.</summary>
public enum EndpointProperty
{
    /// <summary>Its URL.</summary>
    Url,

    /// <summary>Its host.</summary>
    Host,

    /// <summary>Its host as an IPv4 address.</summary>
    IPV4Host,

    /// <summary>The port that clients use.</summary>
    Port,

    /// <summary>Its scheme.</summary>
    Scheme,

    /// <summary>The port on which the process listens.</summary>
    TargetPort,

    /// <summary>Host and port, with a colon between them.</summary>
    HostAndPort,

    /// <summary>Whether it speaks TLS.</summary>
    TlsEnabled,
}

/// <summary>Refers to an endpoint that may not have an address yet.</summary>
/// <param name="owner">The resource that listens.</param>
/// <param name="endpointName">Name of the endpoint.</param>
public sealed class EndpointReference(IResourceWithEndpoints owner, string endpointName) : IManifestExpressionProvider, IValueProvider, IValueWithReferences
{
    /// <summary>The resource that listens.</summary>
    public IResourceWithEndpoints Resource { get; } = owner;

    /// <summary>Name of the endpoint.</summary>
    public string EndpointName { get; } = endpointName;

    /// <summary>Whether the resource has such an endpoint.</summary>
    public bool Exists => Find() is not null;

    /// <summary>Whether it has an address.</summary>
    public bool IsAllocated => Find()?.AllocatedEndpoint is not null;

    /// <summary>Port that clients use.</summary>
    public int Port => Allocated.Port;

    /// <summary>Host of the endpoint.</summary>
    public string Host => Allocated.Address;

    /// <summary>Scheme of its URL.</summary>
    public string Scheme => EndpointAnnotation.UriScheme;

    /// <summary>Whether it speaks TLS.</summary>
    public bool TlsEnabled => Find()?.TlsEnabled ?? false;

    /// <summary>Its URL.</summary>
    public string Url => Allocated.UriString;

    /// <summary>What a manifest says in its place.</summary>
    public string ValueExpression => GetExpression(EndpointProperty.Url);

    /// <summary>The endpoint.</summary>
    /// <exception cref="InvalidOperationException">The resource has none of that name.</exception>
    public EndpointAnnotation EndpointAnnotation => Find()
        ?? throw new InvalidOperationException($"The endpoint `{EndpointName}` is not defined for the resource `{Resource.Name}`.");

    IEnumerable<object> IValueWithReferences.References => [Resource];

    private AllocatedEndpoint Allocated => EndpointAnnotation.AllocatedEndpoint
        ?? throw new InvalidOperationException($"The endpoint `{EndpointName}` is not allocated for the resource `{Resource.Name}`.");

    /// <summary>One property of the endpoint.</summary>
    public EndpointReferenceExpression Property(EndpointProperty property) => new(this, property);

    /// <summary>One expression where the endpoint speaks TLS, and another where it does not.</summary>
    public ReferenceExpression GetTlsValue(ReferenceExpression enabledValue, ReferenceExpression disabledValue) =>
        ReferenceExpression.CreateConditional(Property(EndpointProperty.TlsEnabled), bool.TrueString, enabledValue, disabledValue);

    /// <inheritdoc/>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => Property(EndpointProperty.Url).GetValueAsync(cancellationToken);

    internal string GetExpression(EndpointProperty property)
    {
        var binding = $"{Resource.Name}.bindings.{EndpointName}";
        return property switch
        {
            EndpointProperty.HostAndPort => $"{{{binding}.host}}:{{{binding}.port}}",
            EndpointProperty.IPV4Host => $"{{{binding}.host}}",
            EndpointProperty.TargetPort => $"{{{binding}.targetPort}}",
            EndpointProperty.TlsEnabled => $"{{{binding}.tlsEnabled}}",
            _ => $"{{{binding}.{property.ToString().ToLowerInvariant()}}}",
        };
    }

    private EndpointAnnotation? Find() =>
        Resource.Annotations.OfType<EndpointAnnotation>().SingleOrDefault(endpoint => string.Equals(endpoint.Name, EndpointName, StringComparison.OrdinalIgnoreCase));
}

/// <summary>Refers to one property of an endpoint.</summary>
/// <param name="endpointReference">The endpoint.</param>
/// <param name="property">The property.</param>
public class EndpointReferenceExpression(EndpointReference endpointReference, EndpointProperty property) : IManifestExpressionProvider, IValueProvider, IValueWithReferences
{
    /// <summary>The endpoint.</summary>
    public EndpointReference Endpoint { get; } = endpointReference;

    /// <summary>The property.</summary>
    public EndpointProperty Property { get; } = property;

    /// <inheritdoc/>
    public string ValueExpression => Endpoint.GetExpression(Property);

    IEnumerable<object> IValueWithReferences.References => [Endpoint];

    /// <inheritdoc/>
    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => Property switch
    {
        EndpointProperty.Scheme => Endpoint.Scheme,
        EndpointProperty.TlsEnabled => Endpoint.TlsEnabled ? bool.TrueString : bool.FalseString,
        EndpointProperty.IPV4Host => "127.0.0.1",
        EndpointProperty.TargetPort when Endpoint.EndpointAnnotation.TargetPort is { } port => port.ToString(CultureInfo.InvariantCulture),
        _ => Of(await Endpoint.EndpointAnnotation.Allocated.WaitAsync(cancellationToken)),
    };

    private string? Of(AllocatedEndpoint allocated) => Property switch
    {
        EndpointProperty.Url => allocated.UriString,
        EndpointProperty.Host => allocated.Address,
        EndpointProperty.Port => allocated.Port.ToString(CultureInfo.InvariantCulture),
        EndpointProperty.TargetPort => allocated.TargetPortExpression,
        EndpointProperty.HostAndPort => allocated.EndPointString,
        _ => throw new InvalidOperationException($"The property '{Property}' is not supported for the endpoint '{Endpoint.EndpointName}'."),
    };
}
