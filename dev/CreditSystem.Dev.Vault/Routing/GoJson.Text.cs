using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace CreditSystem.Dev.Vault.Routing;

/// <summary>The texts in it.</summary>
internal sealed partial class GoJson
{
    private string Text()
    {
        _position++;
        var result = new List<byte>();
        while (true)
        {
            var next = _position < _text.Length ? _text[_position] : throw Fail("unexpected EOF");
            if (next < 0x20)
                throw Unexpected("in string literal");
            if (next == '"')
                break;
            if (next == '\\')
            {
                Escape(result);
                continue;
            }

            var end = _text.AsSpan(_position).IndexOfAny("\"\\"u8);
            end = end < 0 ? _text.Length - _position : end;
            var control = _text.AsSpan(_position, end).IndexOfAnyInRange((byte)0, (byte)0x1f);
            end = control < 0 ? end : control;
            result.AddRange(_text.AsSpan(_position, end));
            _position += end;
        }

        _position++;
        return Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(result));
    }

    private void Escape(List<byte> result)
    {
        _position++;
        var letter = _position < _text.Length ? (char)_text[_position] : throw Fail("unexpected EOF");
        if (letter == 'u')
        {
            result.AddRange(Encoding.UTF8.GetBytes(EscapedRune().ToString()));
            return;
        }

        result.Add((byte)(letter switch
        {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\b',
            'f' => '\f',
            '"' or '\\' or '/' => letter,
            _ => throw Unexpected("in string escape code"),
        }));
        _position++;
    }

    private Rune EscapedRune()
    {
        var first = CodeUnit();
        if (Rune.TryCreate(first, out var rune))
            return rune;
        var start = _position;
        if (_text.AsSpan(_position).StartsWith("\\u"u8))
        {
            _position++;
            if (Rune.TryCreate(first, CodeUnit(), out rune))
                return rune;
            _position = start;
        }

        return Rune.ReplacementChar;
    }

    private char CodeUnit()
    {
        _position++;
        if (_position + 4 > _text.Length)
            throw Fail("unexpected EOF");
        if (!ushort.TryParse(Encoding.ASCII.GetString(_text, _position, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
            throw Unexpected("in \\u hexadecimal character escape");
        _position += 4;
        return (char)unit;
    }
}
