namespace CreditSystem.Dev.Mongo.Engine;

/// <summary>The Debian mirror that this machine itself installs from, so that nothing is fetched from anywhere else.</summary>
internal sealed record AptSource(string Uri, string? SignedBy)
{
    /// <summary>The first source that offers the distribution's own suite, or null.</summary>
    public static AptSource? Find(string aptDirectory, string codename)
    {
        var parts = Path.Combine(aptDirectory, "sources.list.d");
        var files = Directory.Exists(parts) ? Directory.GetFiles(parts).Order(StringComparer.Ordinal) : Enumerable.Empty<string>();
        var main = Path.Combine(aptDirectory, "sources.list");
        return (File.Exists(main) ? files.Prepend(main) : files)
            .SelectMany(file => Path.GetExtension(file) switch
            {
                ".list" => OneLineFormat(File.ReadAllLines(file)),
                ".sources" => Deb822Format(File.ReadAllText(file)),
                _ => [],
            })
            .Where(entry => entry.Suites.Contains(codename) && entry.Components.Contains("main"))
            .Select(entry => new AptSource(entry.Uri, entry.SignedBy))
            .FirstOrDefault();
    }

    private static IEnumerable<Entry> OneLineFormat(string[] lines)
    {
        foreach (var line in lines.Select(l => l.Split('#')[0].Trim()).Where(l => l.StartsWith("deb ", StringComparison.Ordinal)))
        {
            var rest = line[4..].Trim();
            string? signedBy = null;
            if (rest.StartsWith('[') && rest.IndexOf(']', StringComparison.Ordinal) is > 0 and var end)
            {
                signedBy = rest[1..end].Split(' ').Where(o => o.StartsWith("signed-by=", StringComparison.OrdinalIgnoreCase)).Select(o => o["signed-by=".Length..]).FirstOrDefault();
                rest = rest[(end + 1)..].Trim();
            }

            var words = rest.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length >= 3)
                yield return new Entry(words[0], [words[1]], words[2..], signedBy);
        }
    }

    private static IEnumerable<Entry> Deb822Format(string text)
    {
        foreach (var stanza in text.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = stanza.Split('\n')
                .Where(line => !line.StartsWith('#') && !line.StartsWith(' ') && line.Contains(':', StringComparison.Ordinal))
                .Select(line => line.Split(':', 2))
                .ToLookup(pair => pair[0].Trim(), pair => pair[1].Trim(), StringComparer.OrdinalIgnoreCase);
            string[] Words(string name) => fields[name].SelectMany(v => v.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToArray();
            // A key that is written out in the stanza itself cannot be passed on as a file name.
            var signedBy = fields["Signed-By"].FirstOrDefault(value => value.StartsWith('/'));
            if (Words("Types").Contains("deb") && !Words("Enabled").Contains("no") && Words("URIs") is [var uri, ..])
                yield return new Entry(uri, Words("Suites"), Words("Components"), signedBy);
        }
    }

    private sealed record Entry(string Uri, string[] Suites, string[] Components, string? SignedBy);
}
