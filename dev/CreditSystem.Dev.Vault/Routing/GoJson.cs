using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace CreditSystem.Dev.Vault.Routing;

/// <summary>
/// A body's JSON as the server reads it: the last of two equal keys wins, half a surrogate pair becomes U+FFFD, there are limits
/// against bodies that cost more than they should, and what is wrong is said in the server's words.
/// </summary>
internal sealed partial class GoJson
{
    private const int MaxStrings = 1000;

    /// <summary>The server's limit is 10,000; here every level costs stack.</summary>
    private const int MaxDepth = 1000;

    private readonly byte[] _text;
    private int _position;
    private int _strings;

    private GoJson(byte[] text) => _text = text;

    /// <summary>The object that <paramref name="body"/> is; blanks and <c>null</c> are an empty one.</summary>
    /// <exception cref="VaultFault">It is no JSON object, or too complex.</exception>
    public static JsonObject ParseObject(byte[] body)
    {
        var reader = new GoJson(body);
        if (!reader.SkipBlanks())
            return [];
        var first = reader.Value(0);
        // What follows the object is read and ignored, and must be JSON.
        while (reader.SkipBlanks())
            _ = reader.Value(0);
        return first switch
        {
            null => [],
            JsonObject found => found,
            JsonArray => throw NotAnObject("array"),
            JsonValue value => throw NotAnObject(value.GetValueKind() switch
            {
                System.Text.Json.JsonValueKind.String => "string",
                System.Text.Json.JsonValueKind.Number => "number",
                _ => "bool",
            }),
            _ => throw new InvalidOperationException("There is no other kind of node."),
        };
    }

    private static VaultFault NotAnObject(string kind) => Fail($"json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}");

    private static VaultFault Fail(string reason) => VaultFault.BadRequest($"failed to decode JSON input: {reason}");

    private static VaultFault TooComplex(string what) => VaultFault.BadRequest($"refused JSON input due to high complexity: exceeded maximum {what}");

    private JsonNode? Value(int depth)
    {
        if (depth > MaxDepth)
            throw TooComplex("depth");
        switch (Next())
        {
            case '{':
                return Object(depth);
            case '[':
                return List(depth);
            case '"':
                return CountedText();
            case >= '0' and <= '9' or '-':
                return Number();
            default:
                return Word("true") ? true : Word("false") ? false : Word("null") ? null : throw Unexpected("looking for beginning of value");
        }
    }

    private JsonObject Object(int depth)
    {
        var result = new JsonObject();
        _position++;
        if (Next() == '}')
        {
            _position++;
            return result;
        }

        while (true)
        {
            if (Next() != '"')
                throw Unexpected("looking for beginning of value");
            var name = CountedText();
            if (Next() != ':')
                throw Unexpected("after object key");
            _position++;
            Next();
            result[name] = Value(depth + 1);
            if (Continues('}', "after object key:value pair"))
                return result;
        }
    }

    private JsonArray List(int depth)
    {
        var result = new JsonArray();
        _position++;
        if (Next() == ']')
        {
            _position++;
            return result;
        }

        while (true)
        {
            Next();
            result.Add(Value(depth + 1));
            if (Continues(']', "after array element"))
                return result;
        }
    }

    /// <summary>Whether the list or object ends here; else the comma has been read.</summary>
    private bool Continues(char end, string where)
    {
        var next = Next();
        if (next != end && next != ',')
            throw Unexpected(where);
        var comma = _position++;
        if (next == end)
            return true;
        if (Next() != end)
            return false;
        _position = comma;
        throw Unexpected("looking for beginning of value");
    }

    private string CountedText()
    {
        if (++_strings > MaxStrings)
            throw TooComplex("number of strings");
        return Text();
    }

    private JsonNode Number()
    {
        var start = _position;
        while (_position < _text.Length && (char)_text[_position] is (>= '0' and <= '9') or '-' or '+' or '.' or 'e' or 'E')
            _position++;
        var literal = Encoding.ASCII.GetString(_text, start, _position - start);
        try
        {
            if (!double.IsFinite(double.Parse(literal, CultureInfo.InvariantCulture)))
                throw Fail($"json: cannot unmarshal number {literal} into Go value of type float64");
            return JsonNode.Parse(literal)!;
        }
        catch (Exception exception) when (exception is System.Text.Json.JsonException or FormatException)
        {
            throw Fail("invalid character in numeric literal");
        }
    }

    private bool Word(string word)
    {
        if (!_text.AsSpan(_position).StartsWith(Encoding.ASCII.GetBytes(word)))
            return false;
        _position += word.Length;
        return true;
    }

    private bool SkipBlanks()
    {
        while (_position < _text.Length && (char)_text[_position] is ' ' or '\t' or '\r' or '\n')
            _position++;
        return _position < _text.Length;
    }

    private char Next() => SkipBlanks() ? (char)_text[_position] : throw Fail("unexpected EOF");

    private VaultFault Unexpected(string where)
    {
        Rune.DecodeFromUtf8(_text.AsSpan(_position), out var rune, out _);
        var shown = rune.Value switch
        {
            '\'' => "\\'",
            < 0x20 => $"\\x{rune.Value:x2}",
            0xfeff => "\\ufeff",
            _ => rune.ToString(),
        };
        return Fail($"invalid character '{shown}' {where}");
    }
}
