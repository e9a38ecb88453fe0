using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace CreditSystem.Dev.Vault.Policies;

/// <summary>As much of HCL as policies use: labelled blocks, attributes, strings, numbers, lists, objects, comments.</summary>
internal sealed class HclParser(string text)
{
    private int _position;

    internal sealed record Block(string Type, string Label, JsonObject Body);

    /// <exception cref="VaultFault">It is not HCL.</exception>
    public IReadOnlyList<Block> ParseBlocks()
    {
        var blocks = new List<Block>();
        SkipBlanks();
        while (_position < text.Length)
        {
            var type = ParseName();
            SkipBlanks();
            if (Peek() is '=')
            {
                _position++;
                _ = ParseValue();
            }
            else
            {
                var label = Peek() == '{' ? "" : ParseName();
                blocks.Add(new Block(type, label, ParseObject()));
            }

            SkipBlanks();
        }

        return blocks;
    }

    private JsonObject ParseObject()
    {
        Expect('{');
        var result = new JsonObject();
        while (true)
        {
            SkipBlanks();
            if (TryTake('}'))
                return result;
            var name = ParseName();
            SkipBlanks();
            if (TryTake('=') || TryTake(':'))
                result[name] = ParseValue();
            else
                result[name] = ParseObject();
            SkipBlanks();
            TryTake(',');
        }
    }

    private JsonNode? ParseValue()
    {
        SkipBlanks();
        switch (Peek())
        {
            case '"':
                return ParseString();
            case '{':
                return ParseObject();
            case '[':
                return ParseList();
        }

        var word = ParseName();
        return word switch
        {
            "true" => true,
            "false" => false,
            "null" => null,
            _ => double.TryParse(word, CultureInfo.InvariantCulture, out var number) ? number : throw Fail($"unknown token: {word}"),
        };
    }

    private JsonArray ParseList()
    {
        Expect('[');
        var result = new JsonArray();
        while (true)
        {
            SkipBlanks();
            if (TryTake(']'))
                return result;
            result.Add(ParseValue());
            SkipBlanks();
            TryTake(',');
        }
    }

    private string ParseName()
    {
        SkipBlanks();
        if (Peek() == '"')
            return ParseString();
        var start = _position;
        while (_position < text.Length && (char.IsLetterOrDigit(text[_position]) || text[_position] is '_' or '-' or '.'))
            _position++;
        return _position > start ? text[start.._position] : throw Fail(_position < text.Length ? $"illegal character '{text[_position]}'" : "unexpected end of file");
    }

    private string ParseString()
    {
        Expect('"');
        var result = new StringBuilder();
        while (Peek() is var next && next != '"')
        {
            _position++;
            if (next != '\\')
            {
                result.Append(next);
                continue;
            }

            var escaped = Peek();
            _position++;
            result.Append(escaped switch { 'n' => '\n', 't' => '\t', _ => escaped });
        }

        _position++;
        return result.ToString();
    }

    private void SkipBlanks()
    {
        while (_position < text.Length)
        {
            if (char.IsWhiteSpace(text[_position]))
                _position++;
            else if (text[_position] == '#' || IsAt("//"))
                SkipTo("\n");
            else if (IsAt("/*"))
                SkipTo("*/");
            else
                return;
        }
    }

    private void SkipTo(string end)
    {
        var found = text.IndexOf(end, _position, StringComparison.Ordinal);
        _position = found < 0 ? text.Length : found + end.Length;
    }

    private bool IsAt(string start) => string.CompareOrdinal(text, _position, start, 0, start.Length) == 0;

    private char Peek() => _position < text.Length ? text[_position] : throw Fail("unexpected end of file");

    private bool TryTake(char expected)
    {
        if (Peek() != expected)
            return false;
        _position++;
        return true;
    }

    private void Expect(char expected)
    {
        SkipBlanks();
        if (!TryTake(expected))
            throw Fail($"expected '{expected}' but found '{Peek()}'");
    }

    private VaultFault Fail(string reason) =>
        VaultFault.BadRequest($"failed to parse policy: At {text.AsSpan(0, Math.Min(_position, text.Length)).Count('\n') + 1}: {reason}");
}
