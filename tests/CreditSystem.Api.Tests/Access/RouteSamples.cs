using System.Text.RegularExpressions;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Access;

/// <summary>Things of a tenant that a request of the table may name, made anew for each request that names them.</summary>
internal sealed partial class RouteSamples(HttpClient owner)
{
    public static readonly string[] Names = ["account", "transfer", "hold", "grant", "user", "key", "webhook"];

    /// <summary>Where a pattern says {id} after one of these, it means a sample.</summary>
    private static readonly Dictionary<string, string> ByCollection = new()
    {
        ["accounts"] = "account",
        ["transfers"] = "transfer",
        ["holds"] = "hold",
        ["grants"] = "grant",
        ["users"] = "user",
        ["api-keys"] = "key",
        ["webhook-endpoints"] = "webhook",
    };

    /// <summary>The request for a pattern that nobody has written one for.</summary>
    public static string PathFor(string pattern)
    {
        var segments = pattern.Split('/');
        for (var i = 1; i < segments.Length; i++)
            if (segments[i].StartsWith('{'))
                segments[i] = ByCollection.TryGetValue(segments[i - 1], out var name) ? $"{{{name}}}" : RouteParameter().Replace(segments[i], "v1");
        return string.Join('/', segments);
    }

    /// <summary>The text with every name replaced by the id of something new.</summary>
    public async Task<string> FillAsync(string text)
    {
        foreach (var name in Placeholder().Matches(text).Select(match => match.Groups[1].Value).Distinct().ToList())
            text = text.Replace($"{{{name}}}", name == "new" ? Guid.NewGuid().ToString("N")[..16] : await CreateAsync(name), StringComparison.Ordinal);
        return text;
    }

    private async Task<string> CreateAsync(string name)
    {
        var unique = Guid.NewGuid().ToString("N")[..12];
        return name switch
        {
            "account" => await owner.OpenFundedAsync($"holder-{unique}", 1_000),
            "transfer" => await MadeAsync("/v1/transfers", new { from = await CreateAsync("account"), to = await CreateAsync("account"), amount = 100 }),
            "hold" => await MadeAsync("/v1/holds", new { account = await CreateAsync("account"), amount = 100 }),
            "grant" => await MadeAsync("/v1/grants", new { account = await CreateAsync("account"), amount = 100 }),
            "user" => await MadeAsync("/v1/users", new { email = $"{unique}@example.org", username = $"u-{unique}", password = IdentityHost.Password }),
            "key" => await MadeAsync("/v1/api-keys", new { name = "sample" }, "api_key"),
            "webhook" => await MadeAsync("/v1/webhook-endpoints", new { url = $"https://hooks.example/{unique}" }, "endpoint"),
            _ => throw new InvalidOperationException($"There is no sample named {name}."),
        };
    }

    private async Task<string> MadeAsync(string path, object body, string? member = null)
    {
        var answer = await owner.PostAsync(path, body);
        Assert.True(answer.Status == 201, $"{path}: {answer.Text}");
        return (string)(member is null ? answer.Body : answer.Body[member]!)["id"]!;
    }

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex RouteParameter();

    [GeneratedRegex(@"\{([a-z]+)\}")]
    private static partial Regex Placeholder();
}
