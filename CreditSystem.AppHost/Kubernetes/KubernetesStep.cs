#pragma warning disable ASPIREPIPELINES001 // Aspire's pipelines, the successor of its publishers, are not yet declared stable.
using Aspire.Hosting.Pipelines;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CreditSystem.AppHost.Kubernetes;

internal static partial class KubernetesStep
{
    private const string ManifestStep = "publish-manifest";
    private const string ManifestFile = "aspire-manifest.json";

    /// <summary>
    /// <c>aspire do kubernetes [--output-path aspire-manifest.json]</c>: writes the manifest, and from it the kustomize base in
    /// <c>deploy/base</c> beside it. Without a path it is the committed manifest.
    /// </summary>
    internal static void AddKubernetesStep(this IDistributedApplicationBuilder builder)
    {
        builder.Pipeline.AddStep(KubernetesCommand.Verb, WriteAsync, dependsOn: ManifestStep);
        builder.Services.PostConfigure<PipelineOptions>(
            options => options.OutputPath ??= Path.Combine(builder.AppHostDirectory, "..", ManifestFile));
    }

    private static async Task WriteAsync(PipelineStepContext context)
    {
        var path = context.Services.GetRequiredService<IOptions<PipelineOptions>>().Value.OutputPath!;
        var manifest = Path.GetFullPath(path.EndsWith(".json", StringComparison.Ordinal) ? path : Path.Combine(path, ManifestFile));
        var output = Path.Combine(Path.GetDirectoryName(manifest)!, "deploy", "base");
        Log.Written(
            context.Logger, output, await KubernetesCommand.WriteAsync(manifest, output, KubernetesCommand.DefaultNamespace,
                context.CancellationToken));
    }

    private static partial class Log
    {
        [LoggerMessage(2, LogLevel.Information, "{Output}: {Written} files")]
        public static partial void Written(ILogger logger, string output, int written);
    }
}
