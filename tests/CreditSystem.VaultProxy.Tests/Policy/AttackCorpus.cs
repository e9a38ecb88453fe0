using System.Globalization;
using System.Text.RegularExpressions;
using CreditSystem.Testing;

namespace CreditSystem.VaultProxy.Tests.Policy;

/// <summary>The data files of attacks: fields parted by tabs, bytes spelled as in C.</summary>
internal static partial class AttackCorpus
{
    public static IReadOnlyList<Attack> Attacks { get; } =
        [.. Rows("attacks.tsv").Select(row => new Attack(ReadStatuses(row[0]), Unescape(row[1]), Unescape(row[2])))];

    public static IReadOnlyList<Smuggling> Smugglings { get; } =
        [.. Rows("smuggling.tsv").Select(row => new Smuggling(row[0], ReadStatuses(row[1]), row[2] == "-" ? [] : row[2].Split(','), Unescape(row[3])))];

    private static IEnumerable<string[]> Rows(string file) =>
        File.ReadLines(Repository.PathOf("tests", "CreditSystem.VaultProxy.Tests", "Policy", file))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split('\t'));

    private static int[] ReadStatuses(string text) => text == "-" ? [] : [.. text.Split('|').Select(status => int.Parse(status, CultureInfo.InvariantCulture))];

    private static string Unescape(string text)
    {
        text = Padding().Replace(text, match =>
        {
            var length = int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
            return match.Groups[1].Value == "long" ? "/v1/secret/data/credit-system/".PadRight(length, 'a') : new string('9', length);
        });
        return Escape().Replace(text, match => match.Value[1] switch
        {
            'r' => "\r",
            'n' => "\n",
            't' => "\t",
            '\\' => "\\",
            _ => ((char)byte.Parse(match.Value.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString(),
        });
    }

    [GeneratedRegex(@"\\(?:x[0-9A-Fa-f]{2}|[rnt\\])")]
    private static partial Regex Escape();

    [GeneratedRegex(@"\{(long|nine):([0-9]+)\}")]
    private static partial Regex Padding();

    internal sealed record Attack(int[] Statuses, string Method, string Target);

    /// <param name="Arrives">The targets that Vault gets to see all the same, in order.</param>
    internal sealed record Smuggling(string Name, int[] Statuses, string[] Arrives, string Bytes);
}
