using System.Text;

namespace CreditSystem.Ledger.Model;

/// <summary>
/// The one form of the names that callers give: holders, references, ids of events. Two texts that nobody can tell apart are
/// one name: composed (NFC), without what is not shown (RFC 3454, table B.1), without blanks around it. Upper and lower case
/// and compatibility forms stay apart: people can see those.
/// </summary>
public static class Identifier
{
    /// <summary>The canonical form; empty where nothing of the text can be seen.</summary>
    public static string Normalize(string text)
    {
        if (IsPlain(text))
            return text;
        var visible = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            if (!IsUnseen(rune.Value))
                visible.Append(rune.ToString());
        return Composition.Compose(visible.ToString().Trim()).Trim();
    }

    /// <summary>
    /// Unicode normalization form KC: what is typed for the same on different keyboards is one text. Of no use for names, in which such
    /// forms stay apart.
    /// </summary>
    public static string Compatible(string text) => System.Text.Ascii.IsValid(text) ? text : Composition.ComposeCompatible(text);

    private static bool IsPlain(string text)
    {
        foreach (var character in text)
            if (character is < ' ' or > '~')
                return false;
        return text.Length == 0 || text[0] != ' ' && text[^1] != ' ';
    }

    private static bool IsUnseen(int code) => code is
        0x00AD or 0x034F or 0x061C or 0x1806 or (>= 0x180B and <= 0x180F) or (>= 0x200B and <= 0x200F) or (>= 0x202A and <= 0x202E)
        or (>= 0x2060 and <= 0x206F) or (>= 0xFE00 and <= 0xFE0F) or 0xFEFF or (>= 0xE0000 and <= 0xE0FFF);
}
