using System.Buffers;

namespace CreditSystem.VaultProxy.Policy;

/// <summary>Holds a query to the parameters that its route knows, each at most once: <c>?help=1</c> and the like change what a path does.</summary>
internal static class QueryRules
{
    private static readonly SearchValues<char> PlainValue =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~,:/%+");

    /// <param name="query">The query without its question mark.</param>
    /// <param name="allowed">The parameters that the route knows.</param>
    /// <param name="lists">True when <c>list=true</c> turns the read into a LIST.</param>
    /// <param name="version">The value of <c>version</c>, or an empty string.</param>
    internal static bool Check(string query, IReadOnlyList<string> allowed, out bool lists, out string version)
    {
        lists = false;
        version = "";
        if (query.Length == 0)
            return true;

        var seen = 0;
        foreach (var range in query.AsSpan().Split('&'))
        {
            var pair = query.AsSpan(range);
            var equals = pair.IndexOf('=');
            var key = equals < 0 ? pair : pair[..equals];
            var value = equals < 0 ? [] : pair[(equals + 1)..];
            var index = IndexOf(allowed, key);
            if (index < 0 || (seen & (1 << index)) != 0 || !IsPlain(value))
                return false;
            seen |= 1 << index;
            if (key is "list" && !TryReadBoolean(value, out lists))
                return false;
            if ((key is "version" or "limit") && value.IndexOfAnyExceptInRange('0', '9') >= 0)
                return false;
            if (key is "version")
                version = value.ToString();
        }

        return true;
    }

    private static bool IsPlain(ReadOnlySpan<char> value)
    {
        if (value.IndexOfAnyExcept(PlainValue) >= 0)
            return false;
        for (var percent = value.IndexOf('%'); percent >= 0; percent = value.IndexOf('%'))
        {
            if (!RequestTargetParser.TryReadEncoded(value, percent, out var decoded) || decoded == '%')
                return false;
            value = value[(percent + 3)..];
        }

        return true;
    }

    private static int IndexOf(IReadOnlyList<string> allowed, ReadOnlySpan<char> key)
    {
        for (var i = 0; i < allowed.Count; i++)
        {
            if (key.SequenceEqual(allowed[i]))
                return i;
        }

        return -1;
    }

    // The spellings of Go's strconv.ParseBool, with which Vault reads the parameter.
    private static bool TryReadBoolean(ReadOnlySpan<char> value, out bool result)
    {
        result = value is "1" or "t" or "T" or "true" or "TRUE" or "True";
        return result || value is "0" or "f" or "F" or "false" or "FALSE" or "False";
    }
}
