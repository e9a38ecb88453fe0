using System.Diagnostics;
using CreditSystem.Testing;

namespace CreditSystem.Tests.Deploy;

/// <summary>Renders a kustomization with the first tool at hand that knows <c>kind: Component</c> (kustomize 4 or later).</summary>
internal static class Kustomize
{
    private const string Missing =
        "No kustomize with components was found: neither artifacts/tools/kubectl, nor a kubectl of 1.21 or later, nor a kustomize of 4 or later on PATH. "
        + "deploy/install-kubectl puts one into artifacts/tools.";

    private static readonly Lazy<string[]> Tool = new(Find);

    /// <summary>The rendered YAML, or the tool's complaint.</summary>
    internal static (int ExitCode, string Output, string Error) Build(string folder)
    {
        string[] tool = Tool.Value;
        return Run(tool[0], [.. tool[1..], folder]);
    }

    /// <summary>That kubectl, or the one on PATH where a kustomize of its own renders.</summary>
    internal static ProcessStartInfo Kubectl(IEnumerable<string> arguments) => new(Tool.Value is [var kubectl, "kustomize"] ? kubectl : "kubectl", arguments);

    private static string[] Find()
    {
        string[][] candidates =
        [
            [Repository.PathOf("artifacts", "tools", "kubectl"), "kustomize"],
            ["kubectl", "kustomize"],
            ["kustomize", "build"],
        ];
        return candidates.FirstOrDefault(KnowsComponents) ?? throw new InvalidOperationException(Missing);
    }

    /// <summary>A trial says more than a version: distributions number their packages as they like.</summary>
    private static bool KnowsComponents(string[] tool)
    {
        var trial = Directory.CreateTempSubdirectory("credit-system-kustomize-");
        try
        {
            var component = trial.CreateSubdirectory("component");
            File.WriteAllText(Path.Combine(component.FullName, "kustomization.yaml"), "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncommonAnnotations: { trial: done }\n");
            File.WriteAllText(Path.Combine(trial.FullName, "map.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: trial }\n");
            File.WriteAllText(Path.Combine(trial.FullName, "kustomization.yaml"), "resources: [map.yaml]\ncomponents: [component]\n");
            return Run(tool[0], [.. tool[1..], trial.FullName]).ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
        finally
        {
            trial.Delete(recursive: true);
        }
    }

    private static (int ExitCode, string Output, string Error) Run(string file, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }
}
