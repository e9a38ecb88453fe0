using System.Text;

namespace CreditSystem.Dev.Vault.Policies;

/// <summary>Names, strings, heredocs, and what stands between them.</summary>
internal sealed partial class HclParser
{
    private string ParseName()
    {
        if (Peek() == '"')
            return ParseString();
        var start = _position;
        while (_position < text.Length && (IsWordCharacter(text[_position]) || text[_position] == '-'))
            _position++;
        return text[start.._position];
    }

    private static bool IsWordCharacter(char letter) => char.IsLetterOrDigit(letter) || letter is '_' or '.';

    private string ParseString()
    {
        _position++;
        var result = new StringBuilder();
        while (true)
        {
            if (_position >= text.Length)
                throw Fail("literal not terminated", atEnd: true);
            var next = text[_position++];
            if (next == '"')
                return result.ToString();
            if (next == '\\' && _position < text.Length)
                next = text[_position++] switch { 'n' => '\n', 't' => '\t', var escaped => escaped };
            result.Append(next);
        }
    }

    private string ParseHeredoc()
    {
        _position += 2;
        var indented = TryTake('-');
        var lineEnd = text.IndexOf('\n', _position);
        if (lineEnd < 0)
            throw Fail("heredoc not terminated", atEnd: true);
        var mark = text[_position..lineEnd].Trim();
        var content = new StringBuilder();
        for (_position = lineEnd + 1; _position < text.Length; _position = lineEnd + 1)
        {
            lineEnd = text.IndexOf('\n', _position) is >= 0 and var end ? end : text.Length;
            var line = text[_position..lineEnd];
            if ((indented ? line.Trim() : line.TrimEnd('\r')) == mark)
            {
                _position = lineEnd;
                return content.ToString();
            }

            content.Append(line).Append('\n');
        }

        throw Fail("heredoc not terminated", atEnd: true);
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

    private char Peek() => text[_position];

    private bool TryTake(char expected)
    {
        if (_position >= text.Length || Peek() != expected)
            return false;
        _position++;
        return true;
    }
}
