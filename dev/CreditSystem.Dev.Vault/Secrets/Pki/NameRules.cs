using System.IO.Enumeration;
using System.Net;
using System.Text.RegularExpressions;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Secrets.Pki;

/// <summary>The names of a certificate to be.</summary>
internal sealed record SubjectNames(string CommonName, IReadOnlyList<string> DnsNames, IReadOnlyList<IPAddress> Addresses);

/// <summary>Which names a role lets through.</summary>
internal static partial class NameRules
{
    private const string NoCommonName = "the common_name field is required, or must be provided in a CSR with \"use_csr_common_name\" set to true, unless \"require_cn\" is set to false";

    /// <summary>Of a request: the common name is the first of the others, where it is the name of a host.</summary>
    /// <exception cref="VaultFault">The role does not allow one of them.</exception>
    public static SubjectNames FromRequest(PkiRole role, Fields body)
    {
        var names = new SubjectNames(body.Text("common_name") ?? "", body.Names("alt_names") ?? [], [.. (body.Names("ip_sans") ?? []).Select(Address)]);
        if (body.Names("uri_sans") is { Count: > 0 } && role.Names("allowed_uri_sans").Count == 0)
            throw VaultFault.BadRequest("URI Subject Alternative Names are not allowed in this role, but were provided via the API");
        Require(role, names, "the API");
        return IsHost(names.CommonName) && body.Flag("exclude_cn_from_sans") != true ? names with { DnsNames = [.. names.DnsNames.Prepend(names.CommonName).Distinct()] } : names;
    }

    /// <summary>Of a certificate signing request: the common name comes after the others.</summary>
    /// <exception cref="VaultFault">The role does not allow one of them.</exception>
    public static SubjectNames FromCsr(PkiRole role, SubjectNames names)
    {
        Require(role, names, "CSR");
        return IsHost(names.CommonName) ? names with { DnsNames = [.. names.DnsNames.Append(names.CommonName).Distinct()] } : names;
    }

    private static void Require(PkiRole role, SubjectNames names, string source)
    {
        if (names.CommonName.Length == 0 && role.Is("require_cn"))
            throw VaultFault.BadRequest(NoCommonName);
        if (names.CommonName.Length > 0 && !IsAllowed(role, names.CommonName))
            throw VaultFault.BadRequest($"common name {names.CommonName} not allowed by this role");
        if (names.DnsNames.FirstOrDefault(name => !IsAllowed(role, name)) is { } other)
            throw VaultFault.BadRequest($"subject alternate name {other} not allowed by this role");
        if (names.Addresses.Count > 0 && !role.Is("allow_ip_sans"))
            throw VaultFault.BadRequest($"IP Subject Alternative Names are not allowed in this role, but was provided via {source}");
    }

    private static bool IsAllowed(PkiRole role, string name)
    {
        var isWildcard = name.StartsWith("*.", StringComparison.Ordinal);
        if (isWildcard && !role.Is("allow_wildcard_certificates"))
            return false;
        if (role.Is("enforce_hostnames") && !IsHost(isWildcard ? name[2..] : name))
            return false;
        return role.Is("allow_any_name") || (role.Is("allow_localhost") && name is "localhost" or "localdomain")
            || role.Names("allowed_domains").Any(domain => IsIn(role, name, domain));
    }

    private static bool IsIn(PkiRole role, string name, string domain) =>
        (role.Is("allow_bare_domains") && name == domain)
        || (role.Is("allow_subdomains") && name.EndsWith($".{domain}", StringComparison.Ordinal))
        || (role.Is("allow_glob_domains") && domain.Contains('*') && FileSystemName.MatchesSimpleExpression(domain, name, ignoreCase: false));

    private static IPAddress Address(string text) =>
        IPAddress.TryParse(text, out var address) ? address : throw VaultFault.BadRequest($"the value \"{text}\" is not a valid IP address");

    private static bool IsHost(string name) => Host().IsMatch(name);

    [GeneratedRegex(@"\A(\*\.)?(([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9\-]*[a-zA-Z0-9])\.)*([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9\-]*[A-Za-z0-9])\.?\z")]
    private static partial Regex Host();
}
