namespace CreditSystem.AppHost.Kubernetes;

/// <summary>
/// <c>kubernetes [--output deploy/base] [--manifest aspire-manifest.json] [--namespace credit-system]</c>: writes the
/// kustomize base from the manifest alone, in the tree and with the names of aspirate 9.1.
/// </summary>
internal static class KubernetesCommand
{
    internal const string Verb = "kubernetes";
    internal const string DefaultNamespace = "credit-system";

    private const int Failure = 1;
    private const int Usage = 2;

    /// <summary>Runs the command when the arguments ask for it.</summary>
    /// <returns>The exit code, or null when the arguments are the AppHost's own.</returns>
    internal static async Task<int?> TryRunAsync(string[] args, CancellationToken cancellationToken = default)
    {
        if (args is not [Verb, .. var rest])
            return null;

        if (Options.Parse(rest, out var error) is not { } options)
        {
            await Console.Error.WriteLineAsync(error);
            return Usage;
        }

        try
        {
            var written = await WriteAsync(options.Manifest, options.Output, options.Namespace, cancellationToken);
            Console.WriteLine($"{options.Output}: {written} files");
            return 0;
        }
        catch (Exception failed) when (failed is ManifestException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(failed.Message);
            return Failure;
        }
    }

    /// <returns>How many files it has written.</returns>
    /// <exception cref="ManifestException">The manifest cannot be rendered; nothing has been written.</exception>
    internal static async Task<int> WriteAsync(string manifestFile, string output, string @namespace, CancellationToken cancellationToken)
    {
        var files = KustomizeBase.Render(AspireManifest.Parse(await File.ReadAllTextAsync(manifestFile, cancellationToken)), @namespace);
        RemoveOwnFiles(output);
        foreach (var (path, content) in files)
        {
            var target = Path.Combine(output, path);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await File.WriteAllTextAsync(target, content, cancellationToken);
        }

        return files.Count;
    }

    /// <summary>Files of resources that are gone must go too; whatever else lies there is not ours to delete.</summary>
    private static void RemoveOwnFiles(string output)
    {
        if (!Directory.Exists(output))
            return;

        foreach (var file in Directory.EnumerateFiles(output, "*.yaml", SearchOption.AllDirectories))
        {
            if (File.ReadLines(file).FirstOrDefault() == KustomizeBase.Header)
                File.Delete(file);
        }

        foreach (var folder in Directory.EnumerateDirectories(output).Where(folder => !Directory.EnumerateFileSystemEntries(folder).Any()))
            Directory.Delete(folder);
    }

    private sealed record Options(string Output, string Manifest, string Namespace)
    {
        private const string UsageText =
            "usage: kubernetes [--output deploy/base] [--manifest aspire-manifest.json] [--namespace credit-system]";

        internal static Options? Parse(string[] args, out string? error)
        {
            var options = new Options("deploy/base", "aspire-manifest.json", DefaultNamespace);
            error = null;
            for (var index = 0; index < args.Length; index += 2)
            {
                var value = index + 1 < args.Length ? args[index + 1] : null;
                options = (args[index], value) switch
                {
                    ("--output", { Length: > 0 }) => options with { Output = value },
                    ("--manifest", { Length: > 0 }) => options with { Manifest = value },
                    ("--namespace", { Length: > 0 }) => options with { Namespace = value },
                    _ => null!,
                };
                if (options is not null)
                    continue;

                error = $"{args[index]}: unknown option, or its value is missing\n{UsageText}";
                return null;
            }

            return options;
        }
    }
}
