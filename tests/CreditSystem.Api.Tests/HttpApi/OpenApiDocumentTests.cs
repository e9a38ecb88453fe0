namespace CreditSystem.Api.Tests.HttpApi;

[Collection(WholeApi.Collection)]
public sealed class OpenApiDocumentTests(WholeApi api)
{
    [Fact]
    public void Names_no_schema_as_a_generator_names_what_it_makes_of_an_operation()
    {
        var schemas = api.Document["components"]!["schemas"]!.AsObject().Select(schema => schema.Key).ToHashSet();
        string[] suffixes = ["", "Response", "Responses", "Data", "Error", "Errors", "Result", "Params"];

        Assert.Empty(from operation in api.Operations
                     from suffix in suffixes
                     where schemas.Contains((string?)operation.Node["operationId"] + suffix)
                     select $"{operation.Node["operationId"]}{suffix}");
    }

    [Fact]
    public void Says_nowhere_null_and_of_no_member_what_it_is_by_default()
    {
        var text = api.Document.ToJsonString();

        Assert.DoesNotContain("\"null\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"default\":", text, StringComparison.Ordinal);
        Assert.DoesNotContain("JsonElement", text, StringComparison.Ordinal);
        Assert.DoesNotMatch("\"[A-Za-z]+Of[A-Z][A-Za-z]+\":", text);
        Assert.False(((string)api.Document["servers"]![0]!["url"]!).EndsWith('/'));
    }

    [Fact]
    public void Describes_every_area_every_webhook_and_every_parameter()
    {
        Assert.All(api.Document["tags"]!.AsArray(), tag => Assert.NotEmpty((string?)tag!["description"] ?? ""));
        Assert.Equal(CreditSystem.Api.Webhooks.WebhookTypes.All.Order(), api.Document["webhooks"]!.AsObject().Select(hook => hook.Key).Order());
        Assert.Empty(from operation in api.Operations
                     from parameter in operation.Parameters
                     where parameter["description"] is null
                     select $"{operation.Name} {parameter["name"]}");
    }

    [Fact]
    public void Names_and_summarizes_every_operation()
    {
        var operations = api.Operations.ToList();
        Assert.True(operations.Count >= 30, $"only {operations.Count} operations");
        Assert.Empty(operations.Where(operation => operation.Path.StartsWith("/v1/", StringComparison.Ordinal)
            && (operation.Node["operationId"] is null || operation.Node["summary"] is null)).Select(operation => operation.Name));
        Assert.Empty(operations.Where(operation => operation.Node["operationId"] is not null)
            .GroupBy(operation => (string)operation.Node["operationId"]!).Where(same => same.Count() > 1).Select(same => same.Key));
    }

    [Theory]
    [InlineData("GET /v1/accounts/{id}", "200", "400", "401", "403", "404", "429", "500", "503")]
    [InlineData("POST /v1/transfers", "201", "400", "401", "403", "404", "409", "413", "415", "422", "429", "500", "503")]
    [InlineData("POST /v1/transfers/batch", "200", "400", "401", "403", "404", "409", "413", "415", "422", "429", "500", "503")]
    [InlineData("POST /v1/holds/{id}/capture", "200", "400", "401", "403", "404", "409", "413", "415", "422", "429", "500", "503")]
    [InlineData("GET /v1/audit/verify", "200", "400", "401", "403", "404", "429", "500", "503")]
    public void Tells_every_answer_of_a_route(string name, params string[] statuses)
    {
        var responses = Operation(name).Node["responses"]!.AsObject();

        Assert.Equal(statuses, responses.Select(response => response.Key).Order(StringComparer.Ordinal));
        Assert.All(responses.Where(response => response.Key[0] is '4' or '5'), response =>
            Assert.All(response.Value!["content"]!["application/problem+json"]!["examples"]!.AsObject(), example => Assert.NotNull(api.Document["components"]!["examples"]![example.Key]!["value"]!["code"])));
    }

    [Fact]
    public void Gives_an_example_of_every_body_of_the_ledger()
    {
        string[] areas = ["/v1/accounts", "/v1/transfers", "/v1/holds", "/v1/grants", "/v1/usage"];
        var writes = api.Operations.Where(operation => operation.RequestSchema is not null && areas.Any(area => operation.Path.StartsWith(area, StringComparison.Ordinal))).ToList();

        Assert.Equal(13, writes.Count);
        // Of an empty object there is nothing to show.
        Assert.Empty(writes.Where(operation => !operation.Path.EndsWith("/void", StringComparison.Ordinal) && operation.Node["requestBody"]!["content"]!["application/json"]!["example"] is null).Select(operation => operation.Name));
    }

    [Fact]
    public void Asks_for_an_Idempotency_Key_wherever_credits_move()
    {
        string[] areas = ["/v1/transfers", "/v1/holds", "/v1/grants", "/v1/usage"];
        var writes = api.Operations.Where(operation => operation.Method == "POST" && areas.Any(area => operation.Path.StartsWith(area, StringComparison.Ordinal))).ToList();

        Assert.Equal(9, writes.Count);
        Assert.All(writes, operation => Assert.Contains(operation.Parameters, parameter =>
            (string?)parameter["name"] == "Idempotency-Key" && (bool?)parameter["required"] == true));
    }

    [Fact]
    public void Says_of_each_ledger_route_which_scope_it_needs_and_of_each_parameter_what_it_is()
    {
        var operation = Operation("GET /v1/accounts/{id}/balance");

        Assert.Contains("`accounts:read`", (string?)operation.Node["description"], StringComparison.Ordinal);
        Assert.Equal(["asset", "at", "consistency", "id"], operation.Parameters.Select(parameter => (string)parameter["name"]!).Order(StringComparer.Ordinal));
        Assert.All(operation.Parameters, parameter => Assert.NotNull(parameter["description"]));
    }

    private ApiOperation Operation(string name) => api.Operations.Single(operation => operation.Name == name);
}
