using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.HttpApi;

/// <summary>The reference at /docs has all that the document has.</summary>
[Collection(WholeApi.Collection)]
public sealed class ReferencePageTests(WholeApi api)
{
    [Fact]
    public async Task Every_operation_has_its_place_with_its_path_its_parameters_and_the_members_of_its_body()
    {
        var pages = new Dictionary<string, string>();
        Assert.True(api.Operations.Count() > 40);
        foreach (var operation in api.Operations)
        {
            var tag = ((string)operation.Node["tags"]![0]!).ToLowerInvariant().Replace(' ', '-').Replace('.', '-');
            if (!pages.TryGetValue(tag, out var page))
                pages[tag] = page = (await api.Host.Client().ReadAsync($"/docs/reference/{tag}")).Text;

            Assert.Contains($"id=\"{(string)operation.Node["operationId"]!}\"", page, StringComparison.Ordinal);
            Assert.Contains($"<code>{operation.Path}</code>", page, StringComparison.Ordinal);
            var names = operation.Parameters.Select(parameter => (string?)parameter["name"]).OfType<string>();
            if (operation.RequestSchema is { } body)
                names = names.Concat(api.Resolve(body)["properties"]?.AsObject().Select(member => member.Key) ?? []);
            Assert.All(names, name => Assert.Contains($"<code class=\"name\">{name}</code>", page, StringComparison.Ordinal));
        }
    }
}
