using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Adds projects of the solution.</summary>
public static class ProjectResourceBuilderExtensions
{
    /// <summary>Adds a project of the solution.</summary>
    /// <typeparam name="TProject">Its description, which the SDK generates.</typeparam>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new()
    {
        var project = builder.AddResource(new ProjectResource(name)).WithAnnotation(new ProjectMetadataAnnotation(new TProject()));
        project.WithEnvironment("OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY", "in_memory");
        if (builder.ExecutionContext.IsRunMode && builder.Environment.EnvironmentName == "Development")
        {
            project.WithEnvironment("OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_DISABLE_URL_QUERY_REDACTION", "true");
            project.WithEnvironment("OTEL_DOTNET_EXPERIMENTAL_HTTPCLIENT_DISABLE_URL_QUERY_REDACTION", "true");
        }

        project.WithOtlpExporter();
        if (builder.ExecutionContext.IsPublishMode)
            return project.WithPublishedDefaults();

        return project
            .WithEnvironment("LOGGING__CONSOLE__FORMATTERNAME", "simple")
            .WithEnvironment("LOGGING__CONSOLE__FORMATTEROPTIONS__TIMESTAMPFORMAT", "yyyy-MM-ddTHH:mm:ss.fffffff ")
            .WithEnvironment(context => SetUrls(project, context));
    }

    /// <summary>Lets a published project not believe forwarded headers from everybody.</summary>
    public static IResourceBuilder<ProjectResource> DisableForwardedHeaders(this IResourceBuilder<ProjectResource> builder) =>
        builder.WithAnnotation(new DisableForwardedHeadersAnnotation());

    private static IResourceBuilder<ProjectResource> WithPublishedDefaults(this IResourceBuilder<ProjectResource> project) => project
        .WithEnvironment(context =>
        {
            if (project.Resource.Annotations.OfType<EndpointAnnotation>().Any() && !project.Resource.Annotations.OfType<DisableForwardedHeadersAnnotation>().Any())
                context.EnvironmentVariables["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true";
        })
        .WithEnvironment(context =>
        {
            SetPorts(project, context, "HTTP_PORTS", "http");
            SetPorts(project, context, "HTTPS_PORTS", "https");
        });

    private static void SetUrls(IResourceBuilder<ProjectResource> project, EnvironmentCallbackContext context)
    {
        if (context.EnvironmentVariables.ContainsKey("ASPNETCORE_URLS"))
            return;

        var urls = new ReferenceExpressionBuilder();
        var separator = "";
        foreach (var endpoint in HttpEndpoints(project, "http", "https"))
        {
            urls.AppendLiteral(separator);
            urls.Append($"{endpoint.Property(EndpointProperty.Scheme)}://localhost:{endpoint.Property(EndpointProperty.TargetPort)}");
            separator = ";";
        }

        if (separator.Length > 0)
            context.EnvironmentVariables["ASPNETCORE_URLS"] = urls.Build();
    }

    private static void SetPorts(IResourceBuilder<ProjectResource> project, EnvironmentCallbackContext context, string variable, string scheme)
    {
        if (context.EnvironmentVariables.ContainsKey(variable))
            return;

        var ports = new ReferenceExpressionBuilder();
        var separator = "";
        foreach (var endpoint in HttpEndpoints(project, scheme))
        {
            ports.AppendLiteral(separator);
            ports.Append($"{endpoint.Property(EndpointProperty.TargetPort)}");
            separator = ";";
        }

        if (separator.Length > 0)
            context.EnvironmentVariables[variable] = ports.Build();
    }

    private static List<EndpointReference> HttpEndpoints(IResourceBuilder<ProjectResource> project, params string[] schemes) =>
        [.. project.Resource.Annotations.OfType<EndpointAnnotation>().Where(endpoint => schemes.Contains(endpoint.UriScheme)).Select(endpoint => project.GetEndpoint(endpoint.Name))];
}

internal sealed class DisableForwardedHeadersAnnotation : IResourceAnnotation;
