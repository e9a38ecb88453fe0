using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Publishing;

/// <summary><c>--publisher manifest --output-path PATH</c>: writes the manifest and ends.</summary>
internal sealed class ManifestPublisher(IConfiguration configuration, DistributedApplicationModel model, DistributedApplicationExecutionContext executionContext, IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await WriteAsync(stoppingToken);
        }
        catch (Exception failure) when (failure is DistributedApplicationException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            Environment.ExitCode = 1;
        }

        lifetime.StopApplication();
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        if (configuration["Publishing:Publisher"] is var publisher && publisher != "manifest")
            throw new DistributedApplicationException($"The publisher '{publisher}' is not known; there is 'manifest'.");
        if (configuration["Publishing:OutputPath"] is not { Length: > 0 } path)
            throw new DistributedApplicationException("The '--output-path [path]' option was not specified.");

        path = Path.GetFullPath(path);
        if (Directory.Exists(path))
            path = Path.Combine(path, "aspire-manifest.json");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using var file = File.Create(path);
        await using var writer = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
        await new ManifestPublishingContext(executionContext, path, writer, cancellationToken).WriteModelAsync(model);
        Console.WriteLine($"Published manifest to: {path}");
    }
}
