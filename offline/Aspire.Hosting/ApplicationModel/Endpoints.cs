using System.Net.Sockets;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A port on which a resource listens.</summary>
public sealed class EndpointAnnotation : IResourceAnnotation
{
    private readonly TaskCompletionSource<AllocatedEndpoint> _allocated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _transport;

    /// <summary>Describes a port on which a resource listens.</summary>
    /// <param name="protocol">TCP or UDP.</param>
    /// <param name="uriScheme">Scheme of its URL; that of the protocol by default.</param>
    /// <param name="transport">HTTP or TCP; derived from the scheme by default.</param>
    /// <param name="name">Name, unique within the resource; that of the scheme by default.</param>
    /// <param name="port">Port that clients use, 1–65535; any free one by default.</param>
    /// <param name="targetPort">Port on which the process listens.</param>
    /// <param name="isExternal">Whether it is reachable from outside.</param>
    /// <param name="isProxied">Whether something stands between clients and the process.</param>
    public EndpointAnnotation(ProtocolType protocol, string? uriScheme = null, string? transport = null, string? name = null, int? port = null, int? targetPort = null, bool? isExternal = null, bool? isProxied = null)
    {
        Protocol = protocol;
        UriScheme = uriScheme ?? protocol.ToString().ToLowerInvariant();
        _transport = transport;
        Name = name ?? UriScheme;
        Port = port;
        TargetPort = targetPort;
        IsExternal = isExternal ?? false;
        IsProxied = isProxied ?? true;
    }

    /// <summary>TCP or UDP.</summary>
    public ProtocolType Protocol { get; }

    /// <summary>Name, unique within the resource.</summary>
    public string Name { get; set; }

    /// <summary>Scheme of its URL.</summary>
    public string UriScheme { get; set; }

    /// <summary>How it is spoken to.</summary>
    public string Transport
    {
        get => _transport ?? (UriScheme is "http" or "https" ? "http" : Protocol.ToString().ToLowerInvariant());
        set => _transport = value;
    }

    /// <summary>Port that clients use, 1–65535.</summary>
    public int? Port { get; set; }

    /// <summary>Port on which the process listens, 1–65535.</summary>
    public int? TargetPort { get; set; }

    /// <summary>Whether it is reachable from outside.</summary>
    public bool IsExternal { get; set; }

    /// <summary>Whether something stands between clients and the process.</summary>
    public bool IsProxied { get; set; }

    /// <summary>Whether it speaks TLS.</summary>
    public bool TlsEnabled { get; set; }

    /// <summary>Whether <c>WithReference</c> leaves it out.</summary>
    public bool ExcludeReferenceEndpoint { get; set; }

    /// <summary>Its address, once there is one.</summary>
    public AllocatedEndpoint? AllocatedEndpoint
    {
        get => _allocated.Task.IsCompletedSuccessfully ? Allocated.GetAwaiter().GetResult() : null;
        set => _allocated.TrySetResult(value ?? throw new ArgumentNullException(nameof(value)));
    }

    internal Task<AllocatedEndpoint> Allocated => _allocated.Task;
}

/// <summary>The address of an endpoint.</summary>
/// <param name="endpoint">The endpoint.</param>
/// <param name="address">Host name or address.</param>
/// <param name="port">Port, 1–65535.</param>
/// <param name="targetPortExpression">Port on which the process listens.</param>
public class AllocatedEndpoint(EndpointAnnotation endpoint, string address, int port, string? targetPortExpression = null)
{
    /// <summary>The endpoint.</summary>
    public EndpointAnnotation Endpoint { get; } = endpoint;

    /// <summary>Host name or address.</summary>
    public string Address { get; } = address;

    /// <summary>Port, 1–65535.</summary>
    public int Port { get; } = port;

    /// <summary>Port on which the process listens.</summary>
    public string? TargetPortExpression { get; } = targetPortExpression;

    /// <summary>Scheme of its URL.</summary>
    public string UriScheme => Endpoint.UriScheme;

    /// <summary>Its URL.</summary>
    public string UriString => $"{UriScheme}://{EndPointString}";

    /// <summary>Host and port.</summary>
    public string EndPointString => $"{Address}:{Port}";
}
