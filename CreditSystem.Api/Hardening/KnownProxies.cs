using System.Net;
using Microsoft.AspNetCore.HttpOverrides;

using IPNetwork = System.Net.IPNetwork;

namespace CreditSystem.Api.Hardening;

/// <summary>Believes what known proxies say of the client, and nobody else.</summary>
internal sealed class KnownProxies(IOptions<HardeningOptions> hardening) : IConfigureOptions<ForwardedHeadersOptions>
{
    /// <summary>A switch of ASP.NET Core's that believes everybody.</summary>
    public const string TrustEverybodyKey = "ForwardedHeaders_Enabled";

    public void Configure(ForwardedHeadersOptions options)
    {
        options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        // From the nearest on, as long as each is known: the first that is not is the client.
        options.ForwardLimit = null;
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var text in hardening.Value.KnownProxies)
            if (IPAddress.TryParse(text, out var address))
                options.KnownProxies.Add(address);
            else if (IPNetwork.TryParse(text, out var network))
                options.KnownIPNetworks.Add(network);
    }

    /// <summary>Whether the text is an address or a network that does not contain everybody.</summary>
    public static bool IsValid(string text) =>
        IPAddress.TryParse(text, out _) || IPNetwork.TryParse(text, out var network) && network.PrefixLength > 0;
}
