using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace CreditSystem.Api.Http;

/// <summary>Where a page of what is listed by time begins: when the last one of the page before was made, and its id.</summary>
internal static class TimeCursor
{
    private const int MaxLength = 512;

    public static string Encode(DateTime at, string id) => Base64Url.EncodeToString(
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{at.Ticks}/{id}")));

    /// <returns>False where the text is none of ours; without a text, true and no place.</returns>
    public static bool TryDecode(string? text, out (DateTime At, string Id)? after)
    {
        after = null;
        if (text is null)
            return true;
        if (text.Length > MaxLength || !Base64Url.IsValid(text))
            return false;
        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split('/', 2);
        if (parts.Length != 2 || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            || ticks > DateTime.MaxValue.Ticks)
            return false;
        after = (new DateTime(ticks, DateTimeKind.Utc), parts[1]);
        return true;
    }
}
