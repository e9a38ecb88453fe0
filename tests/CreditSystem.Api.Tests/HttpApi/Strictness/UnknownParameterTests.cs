using System.Text.RegularExpressions;
using CreditSystem.Identity;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.HttpApi.Strictness;

/// <summary>Goes through the operations of the document, so that one that is added later is tested too.</summary>
[Collection(WholeApi.Collection)]
public sealed partial class UnknownParameterTests(WholeApi api)
{
    [Fact]
    public async Task Every_operation_refuses_a_parameter_that_it_does_not_have()
    {
        var (client, wrong, asked) = (await OwnerAsync(), new List<string>(), 0);
        foreach (var operation in Operations)
            foreach (var name in Unknown(operation))
            {
                asked++;
                // The value is one that could be read where names were of either case.
                var value = IsA("boolean", operation, name) ? "true" : "1";
                var (status, code) = await AskAsync(client, operation, $"{Uri.EscapeDataString(name)}={value}");
                if ((status, code) != (400, "unknown_parameter"))
                    wrong.Add($"{operation.Name}?{name}: {status} {code}");
            }

        Assert.Empty(wrong);
        Assert.True(asked > 200, $"only {asked}");
    }

    [Fact]
    public async Task Every_operation_refuses_a_parameter_that_is_given_twice()
    {
        var (client, wrong, asked) = (await OwnerAsync(), new List<string>(), 0);
        foreach (var operation in Operations)
            foreach (var name in Declared(operation))
            {
                asked++;
                var (status, code) = await AskAsync(client, operation, $"{Uri.EscapeDataString(name)}=1&{Uri.EscapeDataString(name)}=1");
                if ((status, code) != (400, "repeated_parameter"))
                    wrong.Add($"{operation.Name}?{name}: {status} {code}");
            }

        Assert.Empty(wrong);
        Assert.True(asked > 30, $"only {asked}");
    }

    [Fact]
    public async Task Every_value_that_the_document_has_for_a_parameter_is_taken()
    {
        var (client, wrong, asked) = (await OwnerAsync(), new List<string>(), 0);
        foreach (var operation in Operations)
            foreach (var parameter in operation.Parameters.Where(parameter => (string?)parameter["in"] == "query"))
                foreach (var value in parameter["schema"]!["enum"]?.AsArray() ?? [])
                {
                    asked++;
                    var (status, code) = await AskAsync(client, operation, $"{Uri.EscapeDataString((string)parameter["name"]!)}={value}");
                    if (status == 400)
                        wrong.Add($"{operation.Name}?{parameter["name"]}={value}: {code}");
                }

        Assert.Empty(wrong);
        Assert.True(asked > 20, $"only {asked}");
    }

    [Fact]
    public async Task What_is_known_is_said()
    {
        var client = await OwnerAsync();

        var list = await client.ReadAsync("/v1/transfers?frm=2030-01-01");
        var move = await client.PostTextAsync("/v1/transfers?dryRun=true", "{}");

        Assert.Equal(
            "unknown parameter `frm`; "
                + "known: account, asset, created[gte], created[lt], cursor, holder, kind, limit, reference, metadata.<key>.",
            (string?)list.Body["detail"]);
        Assert.Equal("unknown parameter `dryRun`; this route has none.", (string?)move.Body["detail"]);
    }

    private IEnumerable<ApiOperation> Operations =>
        api.Operations.Where(operation => operation.Path.StartsWith("/v1/", StringComparison.Ordinal)
            || operation.Path.StartsWith("/modules/", StringComparison.Ordinal));

    // Anything, and what is nearly one that there is.
    private static IEnumerable<string> Unknown(ApiOperation operation)
    {
        var declared = Declared(operation);
        return declared.SelectMany(name => (string[])[name.ToUpperInvariant(), name + "s", name[1..], name + "[]", " " + name])
            .Append("no_such").Append("").Append("dryRun").Where(name => !declared.Contains(name)).Distinct();
    }

    private static bool IsA(string type, ApiOperation operation, string name) => operation.Parameters.Any(parameter =>
        name.Equals((string?)parameter["name"], StringComparison.OrdinalIgnoreCase) && (string?)parameter["schema"]!["type"] == type);

    private static List<string> Declared(ApiOperation operation) =>
        [.. operation.Parameters.Where(parameter => (string?)parameter["in"] == "query").Select(parameter => (string)parameter["name"]!)];

    private async Task<HttpClient> OwnerAsync() => api.Host.ClientOf(Role.Owner, (await api.Host.OpenTenantAsync()).Tenant);

    private static async Task<(int, string?)> AskAsync(HttpClient client, ApiOperation operation, string query)
    {
        var path = InBraces().Replace(operation.Path, Guid.NewGuid().ToString());
        using var request = new HttpRequestMessage(new HttpMethod(operation.Method), $"{path}?{query}");
        if (operation.RequestSchema is not null)
            request.Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        var answer = await Answer.OfAsync(await client.SendAsync(request, TestContext.Current.CancellationToken));
        return (answer.Status, answer.Text.StartsWith('{') ? answer.Code : null);
    }

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex InBraces();
}
