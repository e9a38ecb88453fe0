using System.Text.RegularExpressions;

namespace CreditSystem.Tests.Deploy.Operators;

/// <summary>One line of the handbook's code, as an operator types it.</summary>
/// <param name="File">Where it stands.</param>
/// <param name="Block">Which of the file's blocks: what one line sets, the next ones use.</param>
/// <param name="Text">It, without its comment.</param>
internal sealed partial record OperatorLine(string File, int Block, string Text)
{
    /// <summary>What a test's shell has.</summary>
    private static readonly string[] There = ["vault", "cli", "api", "openssl", "tr", "printf", "export", "unset", "rm", "jq"];

    /// <summary>Ours, and Vault's: what is typed to them is to be run.</summary>
    private static readonly string[] Meant = ["vault", "cli", "api"];

    public static IEnumerable<OperatorLine> All =>
        from file in DocumentedBlockTests.Documents
        from block in DocumentedBlockTests.Blocks(file).Index()
        from line in block.Item.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')
        let text = Image().Replace(Comment().Replace(line, ""), match => match.Groups[1].Value == "Api" ? "api" : "cli")
            .Replace("deploy/cli ", "cli ", StringComparison.Ordinal).Trim()
        where text.Length > 0
        select new OperatorLine(file, block.Index, text);

    /// <summary>Everything that the line runs, in pipes and in substitutions as well.</summary>
    public IEnumerable<string> Programs => Program().Matches(Text).Select(match => match.Groups[1].Value).Where(name => name.Length > 0);

    /// <summary>Whether it is typed to what is under test, and needs nothing of a cluster or of another machine.</summary>
    public bool IsToBeRun => Programs.Any(Meant.Contains) && Programs.All(There.Contains);

    /// <summary>Whether it prepares what the next one needs; the session has no databases of which a bootstrap is the administrator.</summary>
    public bool IsPreparation => !Programs.Any(Meant.Contains) && Programs.All(There.Contains)
        && !Text.Contains("ConnectionStrings__", StringComparison.Ordinal);

    /// <summary>The line with what the reader is to fill in, from the Vault of the session.</summary>
    public string Filled(string address)
    {
        var named = Text.Replace("<name> <key>=-", "app secret_key=-", StringComparison.Ordinal)
            .Replace("/var/log/vault/", "$PWD/", StringComparison.Ordinal)
            .Replace("<role_id>", "$(vault read -field=role_id auth/approle/role/credit-system-approle/role-id)", StringComparison.Ordinal)
            .Replace("<accessor of approle/>", "$(vault auth list -format=json | jq -r '.\"approle/\".accessor')", StringComparison.Ordinal)
            .Replace(
                "secret_id_accessor=…",
                "secret_id_accessor=$(vault write -f -field=secret_id_accessor auth/approle/role/credit-system-approle/secret-id)",
                StringComparison.Ordinal);
        var versioned = Version().Replace(
            named, "-cas=$(vault read -format=json secret/metadata/$1 | jq .current_version) secret/$1");
        return Token().Replace(Address().Replace(versioned, $"VAULT_ADDR={address}"), "VAULT_TOKEN=$VAULT_TOKEN");
    }

    [GeneratedRegex(@"(^|\s)#.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"dotnet CreditSystem\.(Api|Cli)\.dll")]
    private static partial Regex Image();

    [GeneratedRegex(@"(?:^|\||;|&&|\$\()\s*(?:[A-Za-z_]+=(?!\$\()(?:'[^']*'|\S*)(?:\s+|$))*((?![A-Za-z_]+=)[A-Za-z./-]*)")]
    private static partial Regex Program();

    [GeneratedRegex(@"-cas=<version> secret/(\S+)")]
    private static partial Regex Version();

    [GeneratedRegex(@"VAULT_ADDR=http://[\d.]+:\d+")]
    private static partial Regex Address();

    [GeneratedRegex("VAULT_TOKEN=<[^>]*>")]
    private static partial Regex Token();
}
