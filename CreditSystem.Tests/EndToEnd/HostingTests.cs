using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using CreditSystem.AppHost.Hosting.Launch;
using CreditSystem.AppHost.Hosting.Servers;
using CreditSystem.AppHost.Hosting.Terminal;
using CreditSystem.AppHost.Hosting.Vault;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CreditSystem.Tests.EndToEnd;

/// <summary>The building blocks of the AppHost, each by itself.</summary>
public sealed class HostingTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_reference_to_Vault_gives_its_address_twice_and_no_token()
    {
        var builder = DistributedApplication.CreateBuilder(["--publisher", "manifest"]);
        var vault = builder.AddVault("secrets").PublishAsAddress("secrets-address");
        var user = builder.AddContainer("user", "image").WithReference(vault);

        var environment = await VariablesAsync(user.Resource, builder.ExecutionContext);

        Assert.Equal("{secrets-address.value}", environment["ConnectionStrings__secrets"]);
        Assert.Equal("{secrets-address.value}", environment["VAULT_ADDR"]);
        Assert.DoesNotContain(environment, variable => variable.Key.Contains("TOKEN", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Vault_is_a_resource_with_a_connection_string_like_every_other_server()
    {
        var builder = DistributedApplication.CreateBuilder();
        var vault = builder.AddVault("vault", port: 8200);

        Assert.Equal("{vault.bindings.http.url}", vault.Resource.ConnectionStringExpression.ValueExpression);
        Assert.Equal(["Host", "Port", "Uri"], ((IResourceWithConnectionString)vault.Resource).GetConnectionProperties().Select(property => property.Key));
        Assert.Equal(8200, vault.Resource.Annotations.OfType<EndpointAnnotation>().Single().Port);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Redis_keeps_what_Aspire_does_for_certificates_as_a_container_and_has_none_as_a_process(bool isProcesses, bool mayHaveCertificate)
    {
        var builder = DistributedApplication.CreateBuilder();
        var redis = builder.AddRedis("redis");

        var server = redis.RunAsProcess<Projects.CreditSystem_Dev_Redis>(new ServerMode(isProcesses, "/data"), "REDIS_PORT");

#pragma warning disable ASPIRECERTIFICATES001
        Assert.Equal(mayHaveCertificate, !redis.Resource.Annotations.OfType<HttpsCertificateAnnotation>().Any(annotation => annotation.UseDeveloperCertificate == false));
#pragma warning restore ASPIRECERTIFICATES001
        Assert.Equal(mayHaveCertificate, builder.Resources.Contains(redis.Resource));
        Assert.Single(builder.Resources, resource => resource.Name == server.Resource.Name);
    }

    [Theory]
    [InlineData("--api-prot", "5002")]
    [InlineData("--api-port", "0")]
    [InlineData("--api-port", "many")]
    [InlineData("--servers", "vms")]
    [InlineData("--stripe", "unreal")]
    [InlineData("--demo=yes", null)]
    [InlineData("api-port", "5002")]
    public void An_option_that_does_not_exist_or_a_wrong_value_is_an_error(string option, string? value)
    {
        using var error = new StringWriter();
        var options = LaunchOptions.TryParse(value is null ? [option] : [option, value], TextWriter.Null, error, out var exitCode);

        Assert.Null(options);
        Assert.Equal(2, exitCode);
        Assert.StartsWith(option.Split('=')[0], error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--publisher", "manifest", "--output-path", "x.json")]
    [InlineData("--operation", "publish", "--step", "publish-manifest")]
    [InlineData("--Logging:LogLevel:Default=Debug", "--dcp-cli-path", "/dcp", "--environment")]
    public void What_is_Aspires_goes_to_Aspire(params string[] arguments)
    {
        var options = LaunchOptions.TryParse(["--demo", .. arguments], TextWriter.Null, TextWriter.Null, out _);

        Assert.Equal(arguments, options!.ForAspire);
        Assert.True(options.HasDemonstration);
    }

    [Theory]
    [InlineData(null, "localhost,127.0.0.1,[::1]")]
    [InlineData("internal.example, LOCALHOST", "internal.example,LOCALHOST,127.0.0.1,[::1]")]
    public void This_machine_is_never_asked_through_a_proxy(string? given, string expected) => Assert.Equal(expected, LaunchEnvironment.WithLoopback(given));

    [Fact]
    public void A_line_for_a_terminal_has_neither_a_second_time_nor_colours()
    {
        Assert.Equal("warn: Category[0] Text", ResourceLines.Plain("2026-11-28T00:30:16.6230000Z \x1b[40m\x1b[1m\x1b[33mwarn\x1b[39m\x1b[22m\x1b[49m: Category[0] Text"));
        Assert.Null(ResourceLines.Plain("2026-11-28T00:30:39.6480000Z [sys] Starting process...: Cmd = /usr/bin/dotnet"));
        Assert.Equal("[sys] Failed to start a process", ResourceLines.Plain("[sys] Failed to start a process"));
    }

    [Theory]
    [InlineData("""{"status":"healthy"}""", 200, HealthStatus.Healthy, null)]
    [InlineData("""{"status":"degraded","reasons":["Vault is sealed"]}""", 200, HealthStatus.Degraded, "Vault is sealed")]
    [InlineData("""{"status":"degraded","vault":{}}""", 503, HealthStatus.Degraded, """{"status":"degraded","vault":{}}""")]
    [InlineData("""{"status":"unhealthy"}""", 503, HealthStatus.Unhealthy, """{"status":"unhealthy"}""")]
    [InlineData("Healthy", 200, HealthStatus.Healthy, null)]
    [InlineData("", 503, HealthStatus.Unhealthy, "It answers 503.")]
    public async Task Health_is_what_the_document_says(string document, int status, HealthStatus expected, string? description)
    {
        var result = await new ServiceHealthCheck(new Answers(status, document), "any", () => "http://service/health").CheckHealthAsync(new HealthCheckContext(), Cancellation);

        Assert.Equal((expected, description), (result.Status, result.Description));
    }

    private static async Task<Dictionary<string, string>> VariablesAsync(ContainerResource resource, DistributedApplicationExecutionContext execution)
    {
        var context = new EnvironmentCallbackContext(execution, resource, cancellationToken: Cancellation);
        foreach (var callback in resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
            await callback.Callback(context);
        return context.EnvironmentVariables.ToDictionary(variable => variable.Key, variable => (variable.Value as IManifestExpressionProvider)?.ValueExpression ?? $"{variable.Value}");
    }

    private sealed class Answers(int status, string document) : HttpMessageHandler, IHttpClientFactory
    {
        public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage((System.Net.HttpStatusCode)status) { Content = new StringContent(document) });
    }
}
