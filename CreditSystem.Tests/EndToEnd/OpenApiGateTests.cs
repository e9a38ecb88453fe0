using System.Text.Json.Nodes;

namespace CreditSystem.Tests.EndToEnd;

/// <summary>What others' tools say of the committed document; that it is what the API serves, the tests of the API say.</summary>
public sealed class OpenApiGateTests
{
    private static readonly Lazy<Task<JsonNode>> Document = new(async () => JsonNode.Parse(await File.ReadAllTextAsync(ClientTools.Document))!);

    [Fact]
    public async Task Is_a_valid_document_of_OpenAPI_3_1() =>
        Assert.Equal("valid 3.1", await ClientTools.ValidateAsync((await Document.Value).ToJsonString()));

    [Fact]
    public async Task The_validator_refuses_a_document_that_is_not_valid()
    {
        var broken = (await Document.Value).DeepClone();
        broken["paths"]!["/v1/transfers"]!["post"]!["responses"] = "many";

        Assert.DoesNotContain("valid 3.1", await ClientTools.ValidateAsync(broken.ToJsonString()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Spectral_finds_nothing() => Assert.Equal("", await ClientTools.LintAsync());
}
