using System.Diagnostics;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.HttpApi.OpenApiGate;

/// <summary>npm's validator, client generator and compiler, installed once into <c>artifacts/</c> from the lock file beside this class.</summary>
internal static class OpenApiTools
{
    private static readonly string[] Sources = ["package.json", "package-lock.json", "validate.mjs", "tsconfig.json", "client.ts"];

    private static readonly Lazy<Task<string>> Installed = new(InstallAsync);

    /// <summary><c>valid 3.1</c>, or what is wrong with the document.</summary>
    internal static async Task<string> ValidateAsync(string document) => await RunAsync("node", ["validate.mjs"], document);

    /// <summary>What the compiler says about a client generated from the document and a program that uses it; empty when nothing.</summary>
    internal static async Task<string> CompileClientAsync(string document, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(Path.Combine(await Installed.Value, "openapi.json"), document, cancellationToken);
        var generated = await RunAsync("node", ["node_modules/openapi-typescript/bin/cli.js", "openapi.json", "--output", "api.ts", "--default-non-nullable=false"]);
        Assert.True(File.Exists(Path.Combine(await Installed.Value, "api.ts")), generated);
        return await RunAsync("node", ["node_modules/typescript/bin/tsc", "--project", "tsconfig.json"]);
    }

    private static async Task<string> RunAsync(string program, string[] arguments, string input = "")
    {
        var result = await ToolProcess.RunAsync(new ProcessStartInfo(program, arguments) { WorkingDirectory = await Installed.Value }, "Debian's nodejs", input);
        return (result.Output + (result.ExitCode == 0 ? "" : result.Error)).Trim();
    }

    private static async Task<string> InstallAsync()
    {
        var folder = Directory.CreateDirectory(Repository.PathOf("artifacts", "tools", "openapi-gate")).FullName;
        foreach (var file in Sources)
            File.Copy(Repository.PathOf("tests", "CreditSystem.Api.Tests", "HttpApi", "OpenApiGate", file), Path.Combine(folder, file), overwrite: true);
        if (Directory.Exists(Path.Combine(folder, "node_modules", "openapi-typescript")))
            return folder;
        var install = new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]) { WorkingDirectory = folder };
        var result = await ToolProcess.RunAsync(install, "Debian's npm");
        return result.ExitCode == 0 ? folder : throw new InvalidOperationException($"npm ci failed: {result.Error}");
    }
}
