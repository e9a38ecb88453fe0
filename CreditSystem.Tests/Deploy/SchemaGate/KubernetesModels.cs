using System.Diagnostics;
using System.Text.Json.Nodes;
using CreditSystem.Testing;
using CreditSystem.Tests.Deploy.Checklist;

namespace CreditSystem.Tests.Deploy.SchemaGate;

/// <summary>npm's <c>kubernetes-models</c>, installed once into <c>artifacts/</c> from the lock file beside this class.</summary>
internal static class KubernetesModels
{
    private static readonly string[] Sources = ["package.json", "package-lock.json", "validate.mjs"];

    private static readonly Lazy<Task<string>> Installed = new(InstallAsync);

    /// <summary>One line for each object that is not what its schema asks for.</summary>
    internal static async Task<string> ProblemsAsync(IEnumerable<KubeObject> objects)
    {
        var known = objects.Where(item => !Exemptions.ForeignKinds.Contains(item.Kind)).Select(item => item.Json.DeepClone())
            .ToArray<JsonNode?>();
        var validate = new ProcessStartInfo("node", ["validate.mjs"]) { WorkingDirectory = await Installed.Value };
        var result = await ToolProcess.RunAsync(validate, "Debian's nodejs", new JsonArray(known).ToJsonString());
        return result.ExitCode is 0 or 1 && result.Error.Length == 0
            ? result.Output.Trim()
            : throw new InvalidOperationException($"validate.mjs ended with {result.ExitCode}: {result.Error}");
    }

    private static async Task<string> InstallAsync()
    {
        var folder = Directory.CreateDirectory(Repository.PathOf("artifacts", "tools", "kubernetes-models")).FullName;
        foreach (var file in Sources)
            File.Copy(Repository.PathOf("CreditSystem.Tests", "Deploy", "SchemaGate", file), Path.Combine(folder, file), overwrite: true);

        if (Directory.Exists(Path.Combine(folder, "node_modules", "kubernetes-models")))
            return folder;

        var install = new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]) { WorkingDirectory = folder };
        var result = await ToolProcess.RunAsync(install, "Debian's npm");
        return result.ExitCode == 0 ? folder : throw new InvalidOperationException($"npm ci failed: {result.Error}");
    }
}
