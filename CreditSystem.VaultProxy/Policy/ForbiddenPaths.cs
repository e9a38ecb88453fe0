using System.Text;

namespace CreditSystem.VaultProxy.Policy;

/// <summary>
/// What no setting lets through, not even <see cref="VaultProxyOptions.AllowAdministration"/>: key material, raw storage,
/// profiles, and what hits others' leases. By the names of Vault and of OpenBao (https://openbao.org/api-docs/system).
/// </summary>
internal static class ForbiddenPaths
{
    private const string Namespaces = "sys/namespaces/";

    private static readonly string[] Forbidden =
    [
        "sys/raw", "sys/storage", "sys/rekey", "sys/rekey-recovery-key", "sys/generate-root", "sys/generate-root-token",
        "sys/generate-recovery-token", "sys/decode-token", "sys/rotate", "sys/step-down", "sys/pprof", "sys/in-flight-req", "sys/monitor",
        "sys/replication", "sys/workflows", "sys/leases/revoke-force", "sys/leases/revoke-prefix", "sys/revoke-force", "sys/revoke-prefix",
    ];

    /// <summary>Keys of a namespace that seals by itself: the same operations below its path.</summary>
    private static readonly string[] ForbiddenInNamespace =
        ["seal", "unseal", "rekey", "rotate", "generate-root", "generate-root-token", "generate-recovery-token", "decode-token"];

    /// <param name="path">The decoded path below <c>/v1/</c>.</param>
    /// <param name="spansNamespaces">Whether the path may begin with namespaces (<c>team/sys/raw</c>).</param>
    internal static bool Contains(ReadOnlySpan<char> path, bool spansNamespaces = false)
    {
        path = Simplify(path);
        while (true)
        {
            if (IsForbidden(path))
                return true;
            var slash = path.IndexOf('/');
            if (!spansNamespaces || slash < 0)
                return false;
            path = path[(slash + 1)..];
        }
    }

    // No server is known to read them so; but what is never allowed shall not hang on that.
    private static ReadOnlySpan<char> Simplify(ReadOnlySpan<char> path)
    {
        if (path.IndexOfAny(' ', ';') < 0 && Ascii.IsValid(path))
            return path;
        return string.Join(
            '/', path.ToString().Split('/').Select(segment => segment.Split(';')[0].Trim()).Where(segment => segment.Length > 0));
    }

    private static bool IsForbidden(ReadOnlySpan<char> path)
    {
        foreach (var forbidden in Forbidden)
        {
            if (path.StartsWith(forbidden, StringComparison.OrdinalIgnoreCase)
                && (path.Length == forbidden.Length || path[forbidden.Length] == '/'))
                return true;
        }

        return path.StartsWith(Namespaces, StringComparison.OrdinalIgnoreCase) && IsForbiddenInNamespace(path[Namespaces.Length..]);
    }

    // A namespace's own name is its first segment, and may be any word.
    private static bool IsForbiddenInNamespace(ReadOnlySpan<char> nameAndRest)
    {
        var isName = true;
        foreach (var range in nameAndRest.Split('/'))
        {
            if (!isName && ForbiddenInNamespace.Contains(nameAndRest[range].ToString(), StringComparer.OrdinalIgnoreCase))
                return true;
            isName = false;
        }

        return false;
    }
}
