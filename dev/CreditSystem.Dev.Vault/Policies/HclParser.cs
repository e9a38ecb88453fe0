using System.Globalization;
using System.Text.Json.Nodes;

namespace CreditSystem.Dev.Vault.Policies;

/// <summary>As much of HCL as policies use: labelled blocks, attributes, strings, numbers, lists, objects, comments, heredocs.</summary>
internal sealed partial class HclParser(string text)
{
    private int _position;

    /// <summary>A place in the text, both counted from one.</summary>
    internal readonly record struct Place(int Line, int Column)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Line}:{Column}");
    }

    /// <summary>An attribute or block.</summary>
    /// <param name="Keys">The name, and labels behind it.</param>
    /// <param name="Value">The value; an object for a block.</param>
    /// <param name="At">Where the name is.</param>
    /// <param name="ValueAt">Where the value is.</param>
    internal sealed record Item(IReadOnlyList<string> Keys, JsonNode? Value, Place At, Place ValueAt)
    {
        /// <summary>The members of an object, in order, with their places.</summary>
        public IReadOnlyList<Item> Members { get; init; } = [];
    }

    /// <exception cref="VaultFault">It is not HCL.</exception>
    public IReadOnlyList<Item> Parse()
    {
        var items = new List<Item>();
        for (SkipBlanks(); _position < text.Length; SkipBlanks())
        {
            items.Add(ParseItem());
            SkipBlanks();
            TryTake(',');
        }

        return items;
    }

    private Item ParseItem()
    {
        var at = Here();
        var keys = new List<string>();
        while (true)
        {
            SkipBlanks();
            if (_position >= text.Length || !(Peek() is '"' or '{' or '=' or ':' || IsWordCharacter(Peek())))
                throw keys.Count == 0 || _position < text.Length ? Fail("illegal char") : Fail($"key '{string.Join(' ', keys)}' expected start of object ('{{') or assignment ('=')", atEnd: true);
            if (Peek() is '{' or '=' or ':')
                break;
            keys.Add(ParseName());
        }

        if (Peek() != '{')
            _position++;
        SkipBlanks();
        var valueAt = Here();
        if (_position < text.Length && Peek() == '{')
        {
            var members = ParseObject();
            return new Item(keys, AsJson(members), at, valueAt) { Members = members };
        }

        return new Item(keys, ParseValue(), at, valueAt);
    }

    private List<Item> ParseObject()
    {
        _position++;
        var members = new List<Item>();
        while (true)
        {
            SkipBlanks();
            if (_position >= text.Length)
                throw Fail("object expected closing RBRACE got: EOF", atEnd: true);
            if (TryTake('}'))
                return members;
            members.Add(ParseItem());
            SkipBlanks();
            if (_position < text.Length)
                TryTake(',');
        }
    }

    private static JsonObject AsJson(IEnumerable<Item> members)
    {
        var result = new JsonObject();
        foreach (var member in members)
            result[member.Keys[0]] = member.Keys.Skip(1).Reverse().Aggregate(member.Value?.DeepClone(), (inner, label) => new JsonObject { [label] = inner });
        return result;
    }

    private JsonNode? ParseValue()
    {
        if (_position >= text.Length)
            throw Fail("unexpected end of file", atEnd: true);
        switch (Peek())
        {
            case '"':
                return ParseString();
            case '{':
                return AsJson(ParseObject());
            case '[':
                return ParseList();
            case '<' when text.AsSpan(_position).StartsWith("<<"):
                return ParseHeredoc();
        }

        var word = IsWordCharacter(Peek()) || Peek() == '-' ? ParseName() : throw Fail("illegal char");
        return word switch
        {
            "true" => true,
            "false" => false,
            "null" => null,
            _ => double.TryParse(word, CultureInfo.InvariantCulture, out var number) ? number : throw Fail($"Unknown token: {word}"),
        };
    }

    private JsonArray ParseList()
    {
        _position++;
        var result = new JsonArray();
        while (true)
        {
            SkipBlanks();
            if (_position >= text.Length)
                throw Fail("error parsing list, expected comma or list end, got: EOF", atEnd: true);
            if (TryTake(']'))
                return result;
            result.Add(ParseValue());
            SkipBlanks();
            if (_position < text.Length)
                TryTake(',');
        }
    }

    private Place Here()
    {
        var before = text.AsSpan(0, Math.Min(_position, text.Length));
        return new Place(before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'));
    }

    private VaultFault Fail(string reason, bool atEnd = false)
    {
        // The parser of the server counts the end of the text as a character of its own.
        var at = atEnd ? Here() with { Column = Here().Column + 1 } : Here();
        return VaultFault.BadRequest($"failed to parse policy: At {at}: {reason}");
    }
}
