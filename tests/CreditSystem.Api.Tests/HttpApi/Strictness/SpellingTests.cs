using System.Text.Json;
using System.Text.RegularExpressions;
using CreditSystem.Api.Tests.Ledger;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.HttpApi.Strictness;

/// <summary>Amounts and ids have one spelling each: what is nearly one is refused, and nothing is done.</summary>
public sealed partial class SpellingTests() : LedgerRoute(funds: 1_000_000)
{
    private const int Seed = 22;


    [Fact]
    public async Task An_amount_is_read_where_the_document_has_it_and_nowhere_else()
    {
        var wrong = new List<string>();
        var (read, refused) = (0, 0);
        foreach (var text in AlmostAmounts().Distinct())
        {
            var before = store.Appends;
            var answer = await MoveAsync(alice, text);
            var isAmount = Amount().IsMatch(text) && long.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out _);
            if (isAmount)
                read++;
            else
                refused++;
            if (isAmount == (answer.Status == 400 && answer.Code == "malformed") || !isAmount && store.Appends != before)
                wrong.Add($"{JsonSerializer.Serialize(text)}: {answer.Status} {answer.Text}");
        }

        Assert.Empty(wrong);
        Assert.True(read > 50 && refused > 300, $"{read} {refused}");
    }

    [Fact]
    public async Task An_id_is_read_in_its_one_form_in_either_case_and_in_no_other()
    {
        foreach (var (kind, spell) in Spellings())
        {
            var (id, isId, before) = (spell(alice), kind is "lower" or "upper" or "mixed", store.Appends);
            var moved = await MoveAsync(id, "1");
            var read = await client.ReadAsync($"/v1/accounts/{Uri.EscapeDataString(id)}");
            var held = await client.PostAsync("/v1/holds", new { account = id, amount = 1 });

            Assert.True(
                (moved.Status, read.Status, held.Status) == (isId ? (201, 200, 201) : (400, 404, 400)),
                $"{kind}: {moved.Text} {read.Text} {held.Text}");
            if (isId)
                Assert.Equal((alice, alice, alice), ((string?)moved.Body["from"], (string?)read.Body["id"], (string?)held.Body["account"]));
            else
                Assert.Equal(
                    ("invalid_from", "account_not_found", "invalid_account", before), (moved.Code, read.Code, held.Code, store.Appends));
        }
    }

    [Theory]
    [InlineData("transfers")]
    [InlineData("holds")]
    [InlineData("grants")]
    public async Task What_a_path_names_is_found_in_its_one_form_alone(string collection)
    {
        object body = collection == "transfers" ? new { from = alice, to = "revenue", amount = 1 } : new { account = alice, amount = 1 };
        var id = (string)(await client.PostAsync($"/v1/{collection}", body)).Body["id"]!;

        foreach (var (kind, spell) in Spellings())
            Assert.Equal(
                (kind, kind is "lower" or "upper" or "mixed" ? 200 : 404),
                (kind, (await client.ReadAsync($"/v1/{collection}/{Uri.EscapeDataString(spell(id))}")).Status));
    }

    private static IEnumerable<(string Kind, Func<string, string> Spell)> Spellings() =>
    [
        ("lower", id => id), ("upper", id => id.ToUpperInvariant()), ("mixed", id => id[..18] + id[18..].ToUpperInvariant()),
        ("blank before", id => " " + id), ("blank after", id => id + " "), ("blank within", id => id.Insert(9, " ")),
        ("tab", id => id + "\t"), ("new line", id => id + "\n"), ("unit separator", id => id + "\u001f"),
        ("no-break space", id => id + "\u00a0"), ("zero-width space", id => "\u200b" + id), ("byte order mark", id => "\ufeff" + id),
        ("braces", id => $"{{{id}}}"), ("brackets", id => $"({id})"), ("quotes", id => $"\"{id}\""),
        ("no hyphens", id => id.Replace("-", "", StringComparison.Ordinal)), ("other hyphens", id => id.Replace('-', '\u2011')),
        ("full-width", id => "\uff10" + id[1..]), ("sign", id => "+" + id[1..]), ("prefix", id => "0x" + id[2..]),
        ("urn", id => "urn:uuid:" + id), ("short", id => id[..^1]), ("long", id => id + "0"),
    ];

    // Of each kind of thing that readers of numbers take for a number, and some more by chance.
    private static IEnumerable<string> AlmostAmounts()
    {
        string[] before = ["", "-", "+", " ", "\t", "\n", "\0", "\u00a0", "\u2212", "0", "00", "0x", "$", "(", "'", "_", "--"];
        string[] after =
            ["", " ", "\t", "\n", "\0", "\0\0", "e3", "E3", "e0", ".", ".0", ",0", "_0", "L", "%", ")", "\u0660", "\uff11", "-", "\u200b"];
        foreach (var digits in (string[])["1", "10", "", "9223372036854775807", "9223372036854775808", "00000000000000000001"])
            foreach (var first in before)
                foreach (var last in after)
                    yield return first + digits + last;
        var random = new Random(Seed);
        const string Alphabet = "0123456789-+ .e\0\u0663";
        for (var i = 0; i < 500; i++)
            yield return string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
    }

    private Task<Answer> MoveAsync(string from, string amount) =>
        client.PostAsync("/v1/transfers", new { from, to = "revenue", amount });

    [GeneratedRegex(@"^-?[0-9]{1,19}\z")]
    private static partial Regex Amount();
}
