using System.Net;
using CreditSystem.Dev.Vault.Tokens;

namespace CreditSystem.Dev.Vault.Routing;

/// <summary>One request on its way to a handler.</summary>
internal sealed class Call
{
    private IReadOnlyDictionary<string, string> _parameters = new Dictionary<string, string>();

    public required string RequestId { get; init; }

    /// <summary>Set to <see cref="Operation.Create"/> by the route when nothing exists at the path.</summary>
    public required Operation Operation { get; set; }

    /// <summary>The path below the root namespace; a list's ends in a slash.</summary>
    public required string Path { get; init; }

    /// <summary>Empty, or <c>ns1/</c>.</summary>
    public required string Namespace { get; init; }

    public required Fields Body { get; init; }

    public string? ContentType { get; init; }

    public IHeaderDictionary? Headers { get; init; }

    public string? ClientToken { get; init; }

    public TimeSpan? WrapTtl { get; init; }

    public IPAddress RemoteAddress { get; init; } = IPAddress.Loopback;

    public TokenEntry? Token { get; set; }

    /// <summary>The mount's path, such as <c>ns1/secret/</c>.</summary>
    public string MountPath { get; set; } = "";

    public string MountType { get; set; } = "";

    /// <summary>What the path is of its mount; null where it is nothing.</summary>
    public Route? Route { get; set; }

    /// <summary>Whether the path itself does not name the namespace.</summary>
    public bool IsNamespaceInHeader { get; init; } = true;

    public CancellationToken Aborted { get; init; }

    /// <summary>The path within its namespace, as policies of that namespace see it.</summary>
    public string PathInNamespace => Path[Namespace.Length..];

    /// <summary>A part of the path that the route names.</summary>
    public string this[string parameter] => _parameters[parameter];

    public string? TryGet(string parameter) => _parameters.GetValueOrDefault(parameter);

    public void Bind(IReadOnlyDictionary<string, string> parameters) => _parameters = parameters;

    public TokenEntry RequiredToken => Token ?? throw VaultFault.PermissionDenied();
}
