using System.Buffers;

namespace CreditSystem.VaultProxy.Policy;

/// <summary>
/// Holds a query to the parameters that its route knows, each at most once: <c>?help=1</c> and the like change what a path does.
/// </summary>
internal static class QueryRules
{
    private static readonly SearchValues<char> PlainValue =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~,:/%+");

    /// <param name="query">The query without its question mark.</param>
    /// <param name="allowed">The parameters that the route knows.</param>
    internal static bool Check(string query, IReadOnlyList<string> allowed, out QueryReading reading)
    {
        var lists = VaultMethods.None;
        var version = "";
        reading = new QueryReading(lists, version);
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
            if ((key is "list" or "scan") && !TryReadList(key, value, ref lists))
                return false;
            if ((key is "version" or "limit") && value.IndexOfAnyExceptInRange('0', '9') >= 0)
                return false;
            if (key is "version")
                version = value.ToString();
        }

        reading = new QueryReading(lists, version);
        return true;
    }

    /// <summary>Leaves out every parameter that is not allowed, so that what is sent has none but those that have been judged.</summary>
    internal static RequestTarget DropUnknown(in RequestTarget target, IReadOnlyList<string> allowed)
    {
        var path = target.Raw.IndexOf('?') is >= 0 and var start ? target.Raw[..start] : target.Raw;
        var query = string.Join(
            '&', target.Query.Split('&').Where(
                pair => IndexOf(allowed, pair.AsSpan(0, pair.IndexOf('=') is >= 0 and var end ? end : pair.Length)) >= 0));
        return query == target.Query ? target : target with { Query = query, Raw = query.Length == 0 ? path : $"{path}?{query}" };
    }

    // Both at once would be read by servers as they like.
    private static bool TryReadList(ReadOnlySpan<char> key, ReadOnlySpan<char> value, ref VaultMethods lists)
    {
        if (!TryReadBoolean(value, out var isSet) || (isSet && lists != VaultMethods.None))
            return false;
        if (isSet)
            lists = key is "scan" ? VaultMethods.Scan : VaultMethods.List;
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

/// <param name="Lists">LIST or SCAN, where a parameter turns a read into one; else nothing.</param>
/// <param name="Version">The value of <c>version</c>, or an empty string.</param>
internal readonly record struct QueryReading(VaultMethods Lists, string Version);
