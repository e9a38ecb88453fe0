namespace CreditSystem.Api.Hardening;

/// <summary>What the API trusts of what stands in front of it, and which pages may call it.</summary>
internal sealed class HardeningOptions
{
    public const string SectionName = "Hardening";

    /// <summary>
    /// Addresses (<c>192.0.2.7</c>) and networks (<c>10.42.0.0/16</c>) of the proxies whose <c>X-Forwarded-For</c> and
    /// <c>X-Forwarded-Proto</c> are believed. By default none are.
    /// </summary>
    public IList<string> KnownProxies { get; } = [];

    /// <summary>Origins (<c>https://shop.example</c>) whose pages may call the API from a browser. By default none may.</summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>Send what comes over HTTP to HTTPS; by default when the API itself listens on HTTPS.</summary>
    public bool? RedirectToHttps { get; set; }

    /// <summary>How long a browser remembers to come over HTTPS only (RFC 6797).</summary>
    [Range(1, 3_650)]
    public int HstsDays { get; set; } = 365;
}
