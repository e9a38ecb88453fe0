using Yarp.ReverseProxy.Forwarder;

namespace CreditSystem.VaultProxy.Policy;

/// <summary>One line of the allow-list: what may be asked for, how, how long it may take, and how it is treated.</summary>
/// <param name="mountClass">What kind of engine or endpoint it is about.</param>
/// <param name="methods">How it may be asked.</param>
/// <param name="path">Below <c>/v1/</c>, in the syntax of <see cref="PathTemplate"/>.</param>
internal sealed class VaultRoute(MountClass mountClass, VaultMethods methods, string path)
{
    internal const int SmallBodyBytes = 64 * 1024;

    /// <summary>Vault's own limit of a request body, in bytes (<c>max_request_size</c>).</summary>
    internal const int LargeBodyBytes = 32 * 1024 * 1024;

    public MountClass MountClass => mountClass;

    /// <summary>The metric and trace label of <see cref="MountClass"/>, boxed and spelled once.</summary>
    public string MountLabel { get; } = mountClass.ToString().ToLowerInvariant();

    public VaultMethods Methods => methods;

    public PathTemplate Path { get; } = PathTemplate.Parse(path);

    /// <summary>Query parameters that this route knows; any other is denied.</summary>
    public IReadOnlyList<string> Query { get; init; } = [];

    /// <summary>The largest request body in bytes.</summary>
    public int BodyLimitBytes { get; init; } = SmallBodyBytes;

    /// <summary>Whether a body-less read may be sent again to another node. Never where a read creates or consumes something.</summary>
    public bool Retries { get; init; }

    /// <summary>Whether responses may be cached where the cache is configured for the path.</summary>
    public bool Cacheable { get; init; }

    /// <summary>The KV v2 mount whose cached secrets a write through this route makes stale.</summary>
    public string? EvictsMount { get; init; }

    /// <summary>Sent even when no node is healthy: the response tells what is wrong with the node.</summary>
    public bool ForwardsToUnhealthy { get; init; }

    /// <summary>Asked for all the time, so that not each request is worth a line of the log.</summary>
    public bool IsPoll { get; init; }

    /// <summary>
    /// Whether a client has to show a certificate for it, where <see cref="VaultProxyOptions.RequireClientCertificate"/> says so.
    /// </summary>
    public bool NeedsCertificate { get; init; } = true;

    /// <summary>Sent to a sealed node first, which is the one that it is meant for.</summary>
    public bool IsForSealed { get; init; }

    /// <summary>Whether parameters that the route does not know are left out, instead of the request being refused.</summary>
    public bool DropsUnknownQuery { get; init; }

    /// <summary>Whether paths of the route may begin with namespaces, so that what is never allowed can stand below one.</summary>
    public bool SpansNamespaces { get; init; }

    /// <summary>Whether the response may end tokens, so that every cached proof of access must be renewed.</summary>
    public bool EndsTokens { get; init; }

    /// <summary>The time without progress after which the request is given up. Vault itself gives up at 90 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>YARP's view of <see cref="Timeout"/>; without it YARP's own 100 s would apply.</summary>
    public ForwarderRequestConfig ForwarderConfig => field ??= new ForwarderRequestConfig
    {
        ActivityTimeout = Timeout,
        Version = System.Net.HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        AllowResponseBuffering = true,
    };
}
