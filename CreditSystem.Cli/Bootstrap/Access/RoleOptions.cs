using System.Net;

namespace CreditSystem.Cli.Bootstrap.Access;

/// <summary>
/// The options that make the API's AppRole stricter. What is not given is left as it is in Vault; docs/secrets.md says what each protects
/// against.
/// </summary>
internal sealed class RoleOptions
{
    private readonly Option<string> tokenType = CliOption.Text("--token-type",
        "service, or batch: tokens that Vault does not store, and that can be neither renewed nor revoked");
    private readonly Option<int> uses = CliOption.Number("--secret-id-uses",
        "How many logins one secret_id is good for; 0 without limit", least: 0, most: 1_000_000, byDefault: -1);
    private readonly Option<string[]> secretIdCidrs = CliOption.Texts("--secret-id-cidr",
        "Addresses that may log in, as Vault sees them (behind the vault-proxy: the proxy's); may be given again");
    private readonly Option<string[]> tokenCidrs = CliOption.Texts("--token-cidr",
        "Addresses that may use the tokens, as Vault sees them; may be given again");
    private readonly Option<bool> allowWeaker = CliOption.Flag("--allow-weaker",
        "Change what is there also where that takes a restriction away");

    public void AddTo(Command command) => command.AddAll(tokenType, uses, secretIdCidrs, tokenCidrs, allowWeaker);

    /// <exception cref="CommandUsageException">One of them cannot be right.</exception>
    public BootstrapSettings Read(ParseResult parsed, BootstrapSettings settings) => settings with
    {
        TokenType = parsed.GetValue(tokenType) switch
        {
            null or "" => null,
            "service" or "batch" => parsed.GetValue(tokenType),
            var text => throw new CommandUsageException($"--token-type is service or batch, and not '{text}'."),
        },
        SecretIdUses = parsed.GetValue(uses) is >= 0 and var number ? number : null,
        SecretIdCidrs = Cidrs(parsed, secretIdCidrs),
        TokenCidrs = Cidrs(parsed, tokenCidrs),
        AllowsWeaker = parsed.GetValue(allowWeaker),
    };

    private static IReadOnlyList<string>? Cidrs(ParseResult parsed, Option<string[]> option)
    {
        if (parsed.GetValue(option) is not { Length: > 0 } given)
            return null;
        foreach (var text in given)
        {
            if (!IPNetwork.TryParse(text, out _))
                throw new CommandUsageException($"{option.Name}: '{text}' is no block of addresses, such as 10.0.0.0/24 or fd00::/64.");
        }

        return [.. given.Order(StringComparer.Ordinal)];
    }
}
