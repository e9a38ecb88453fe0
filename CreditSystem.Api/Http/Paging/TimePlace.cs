using System.Globalization;
using System.Text;

namespace CreditSystem.Api.Http.Paging;

/// <summary>Where a page of what is listed by time begins: when the last one of the page before was made, and its id.</summary>
internal static class TimePlace
{
    public static byte[] Of(DateTime at, string id) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{at.Ticks}/{id}"));

    /// <returns>False where that is no place; of none, true and null.</returns>
    public static bool TryRead(byte[]? place, out (DateTime At, string Id)? after)
    {
        after = null;
        if (place is null)
            return true;
        var parts = Encoding.UTF8.GetString(place).Split('/', 2);
        if (parts.Length != 2 || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            || ticks > DateTime.MaxValue.Ticks)
            return false;
        after = (new DateTime(ticks, DateTimeKind.Utc), parts[1]);
        return true;
    }
}
