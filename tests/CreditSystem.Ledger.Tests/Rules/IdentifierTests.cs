using System.Security.Cryptography;
using System.Text;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Tests.Rules;

public sealed class IdentifierTests
{
    // SHA-256 of the normal forms, by Python's unicodedata 14.0.0, of each of these characters alone, before and after marks, and
    // after a leading consonant of Hangul. Ideographs in between have no other form.
    private const string Expected = "941f73a0123a57ec91fafa7b17ff7bfde69cc40b66fe97f5b2ba6cd43bc7f3a5";

    private static readonly int[] Characters = [.. Range(0, 0x3400), .. Range(0xA000, 0xD800), .. Range(0xE000, 0x20000), .. Range(0x2F800, 0x2FA20)];

    [Fact]
    public void Composes_every_character_of_Unicode_as_the_standard_says()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var texts = 0;
        foreach (var code in Characters)
        {
            var character = new Rune(code).ToString();
            foreach (var text in new[] { character, character + "\u0301", "a" + character + "\u0323", "\u1100" + character })
            {
                hash.AppendData(Encoding.UTF8.GetBytes(Composition.Compose(text)));
                hash.AppendData([0]);
                texts++;
            }
        }

        Assert.Equal(407_680, texts);
        Assert.Equal(Expected, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    [Theory]
    [InlineData("alice", "alice")]
    [InlineData(" alice\t", "alice")]
    [InlineData("A\u030Angstrom", "\u00C5ngstrom")]
    [InlineData("\u212Bngstrom", "\u00C5ngstrom")]
    [InlineData("a\u0323\u0307", "\u1EA1\u0307")]
    [InlineData("a\u0307\u0323", "\u1EA1\u0307")]
    [InlineData("Alice", "Alice")]
    [InlineData("\uFF21lice", "\uFF21lice")]
    [InlineData("a b", "a b")]
    [InlineData("a\u200Bb\u00ADc\u2060", "abc")]
    [InlineData("\u00A0\u3000x\u2003", "x")]
    [InlineData("\u200B \u200B", "")]
    public void Brings_names_that_look_alike_to_one_form(string text, string form)
    {
        Assert.Equal(form, Identifier.Normalize(text));
        Assert.Equal(form, Identifier.Normalize(form));
    }

    private static IEnumerable<int> Range(int first, int end) => Enumerable.Range(first, end - first);
}
