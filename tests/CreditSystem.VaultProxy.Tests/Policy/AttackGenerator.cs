using System.Text;

namespace CreditSystem.VaultProxy.Tests.Policy;

/// <summary>Paths of Vault with separators, dots and encodings put into them at random, the same ones for the same seed.</summary>
internal sealed class AttackGenerator(int seed)
{
    private static readonly string[] Prefixes = ["/v1/", "/v1/", "/v1/", "/v1/", "/v1/", "/v1/", "/v1/", "/v1/", "/v1//", "/v1/./", "//v1/", "/v1/../v1/", "/./v1/", "/V1/", "/v1/x/../", "/v1%2f", "/v1"];

    private static readonly string[] Separators =
    [
        "/", "/", "/", "/", "//", "///", "/./", "/../", "/x/../", "/%2e/", "/%2e%2e/", "/.%2e/", "/%2E./", "%2f", "%2F", "%5c", "\\", "/..;/", "/.;/", ";/",
        "%252f", "/%252e%252e/", "/.../", "/..%2f", "/%00/", "%c0%af", "/%c0%ae%c0%ae/", "/%u002e/", "/..\\", "/.//", "/../../", "/%2e%2e/../", "/%20/", "/..%20/",
    ];

    private static readonly string[] Paths =
    [
        "secret/data/credit-system/app", "secret/data/credit-system/a/b", "secret/data/credit-system", "secret/metadata/credit-system/app", "secret/subkeys/credit-system/app",
        "secret/data/other/app", "secret/data/credit-system/../other", "secret/destroy/credit-system/app", "sys/seal", "sys/raw/core/keyring", "sys/generate-root-token/attempt",
        "sys/rotate/root/init", "sys/namespaces/team/unseal", "team/sys/raw/core", "team/sys/namespaces/sub/seal", "sys/workflows/manage", "sys/leases/revoke-prefix/database",
        "sys/health", "sys/init", "sys/leader", "auth/approle/login", "auth/token/create", "auth/token/lookup-self", "transit/decrypt/other", "database/creds/app", "cubbyhole/x",
    ];

    private static readonly string[] Ends = ["", "", "", "", "/", "//", "/.", "/..", "/../", "%2f", "%00", "?list=true", "?version=1", "?help=1", "?list=true&scan=true", "#x", "?x=../y", "/%2e", ";a"];
    private static readonly string[] Methods = ["GET", "GET", "GET", "POST", "PUT", "LIST", "SCAN", "DELETE"];

    private readonly Random _random = new(seed);

    public (string Method, string Target) Next()
    {
        var path = Pick(Paths).Split('/');
        var target = new StringBuilder(Pick(Prefixes));
        for (var i = 0; i < path.Length; i++)
        {
            if (i > 0)
                target.Append(_random.Next(5) == 0 ? Pick(Separators) : "/");
            foreach (var letter in path[i])
                target.Append(_random.Next(150) == 0 ? Encode(letter) : letter.ToString());
        }

        return (Pick(Methods), target.Append(Pick(Ends)).ToString());
    }

    private string Encode(char letter) => _random.Next(3) == 0 ? $"%25{(int)letter:x2}" : $"%{(int)letter:x2}";

    private string Pick(string[] values) => values[_random.Next(values.Length)];
}
