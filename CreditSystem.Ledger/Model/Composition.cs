using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace CreditSystem.Ledger.Model;

/// <summary>
/// Unicode normalization forms C and KC (UAX 15). Of our own, because an id must be the same on every machine for all time, and the
/// runtime's depends on the machine's ICU; in globalization-invariant mode, in which the services run, it changes nothing at all.
/// </summary>
internal static class Composition
{
    private const int FirstSyllable = 0xAC00, Leading = 0x1100, Vowel = 0x1161, Trailing = 0x11A7;
    private const int Leadings = 19, Vowels = 21, Trailings = 28, Syllables = Leadings * Vowels * Trailings;

    private static readonly
        (FrozenDictionary<int, int[]> Parts, FrozenDictionary<(int, int), int> Pairs, FrozenDictionary<int, byte> Classes) Data = Read();

    // What looks otherwise and is written for the same; few texts have any of it.
    private static readonly Lazy<FrozenDictionary<int, int[]>> Compatible = new(ReadCompatible);

    /// <summary>Form C.</summary>
    public static string Compose(string text) => Compose(text, FrozenDictionary<int, int[]>.Empty);

    /// <summary>Form KC.</summary>
    public static string ComposeCompatible(string text) => Compose(text, Compatible.Value);

    private static string Compose(string text, FrozenDictionary<int, int[]> compatible)
    {
        var codes = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
            Decompose(rune.Value, compatible, codes);
        Order(codes);
        Pair(codes);
        var composed = new StringBuilder(codes.Count);
        foreach (var code in codes)
            composed.Append(new Rune(code).ToString());
        return composed.ToString();
    }

    private static void Decompose(int code, FrozenDictionary<int, int[]> compatible, List<int> codes)
    {
        if (code - FirstSyllable is >= 0 and < Syllables and var syllable)
        {
            codes.Add(Leading + syllable / (Vowels * Trailings));
            codes.Add(Vowel + syllable % (Vowels * Trailings) / Trailings);
            if (syllable % Trailings != 0)
                codes.Add(Trailing + syllable % Trailings);
        }
        else if (Data.Parts.TryGetValue(code, out var parts) || compatible.TryGetValue(code, out parts))
            foreach (var part in parts)
                Decompose(part, compatible, codes);
        else
            codes.Add(code);
    }

    // Marks that follow a letter, in the order of their classes; those of one class keep theirs.
    private static void Order(List<int> codes)
    {
        for (var i = 1; i < codes.Count; i++)
        {
            var (code, order) = (codes[i], ClassOf(codes[i]));
            var place = i;
            for (; order != 0 && place > 0 && ClassOf(codes[place - 1]) > order; place--)
                codes[place] = codes[place - 1];
            codes[place] = code;
        }
    }

    private static void Pair(List<int> codes)
    {
        var (starter, kept, last) = (-1, 0, -1);
        for (var i = 0; i < codes.Count; i++)
        {
            var order = ClassOf(codes[i]);
            if (starter >= 0 && last < order && Join(codes[starter], codes[i]) is { } joined)
            {
                codes[starter] = joined;
                continue;
            }
            // Two starters join only side by side; a mark is blocked by another of its class or a higher one.
            if (order == 0)
                (starter, last) = (kept, -1);
            else
                last = order;
            codes[kept++] = codes[i];
        }
        codes.RemoveRange(kept, codes.Count - kept);
    }

    private static int? Join(int first, int second)
    {
        if (first - Leading is >= 0 and < Leadings and var leading && second - Vowel is >= 0 and < Vowels and var vowel)
            return FirstSyllable + (leading * Vowels + vowel) * Trailings;
        if (first - FirstSyllable is >= 0 and < Syllables and var syllable && syllable % Trailings == 0
            && second - Trailing is > 0 and < Trailings and var trailing)
            return first + trailing;
        return Data.Pairs.TryGetValue((first, second), out var pair) ? pair : null;
    }

    private static int ClassOf(int code) => Data.Classes.GetValueOrDefault(code);

    private static (FrozenDictionary<int, int[]>, FrozenDictionary<(int, int), int>, FrozenDictionary<int, byte>) Read()
    {
        var (parts, pairs, classes) = (new Dictionary<int, int[]>(), new Dictionary<(int, int), int>(), new Dictionary<int, byte>());
        using var reader = new StreamReader(typeof(Composition).Assembly.GetManifestResourceStream("unicode-normalization.txt")!);
        while (reader.ReadLine() is { } line)
            if (line[0] == '#')
                continue;
            else if (line.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon)
                AddClass(classes, byte.Parse(line.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture), line[(colon + 2)..]);
            else
                AddParts(parts, pairs, line);
        return (parts.ToFrozenDictionary(), pairs.ToFrozenDictionary(), classes.ToFrozenDictionary());
    }

    private static FrozenDictionary<int, int[]> ReadCompatible()
    {
        var parts = new Dictionary<int, int[]>();
        using var reader = new StreamReader(typeof(Composition).Assembly.GetManifestResourceStream("unicode-compatibility.txt")!);
        while (reader.ReadLine() is { } line)
            if (line[0] != '#')
                AddParts(parts, [], line);
        return parts.ToFrozenDictionary();
    }

    private static void AddClass(Dictionary<int, byte> classes, byte order, string ranges)
    {
        foreach (var range in ranges.Split(' '))
        {
            var ends = range.Split('-');
            for (var code = Hex(ends[0]); code <= Hex(ends[^1]); code++)
                classes[code] = order;
        }
    }

    private static void AddParts(Dictionary<int, int[]> parts, Dictionary<(int, int), int> pairs, string line)
    {
        var sign = line.AsSpan().IndexOfAny('=', '>');
        var (code, decomposition) = (Hex(line[..sign]), Array.ConvertAll(line[(sign + 1)..].Split(' '), Hex));
        parts[code] = decomposition;
        if (line[sign] == '=')
            pairs[(decomposition[0], decomposition[1])] = code;
    }

    private static int Hex(string digits) => int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
