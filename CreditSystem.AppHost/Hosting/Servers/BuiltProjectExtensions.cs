using System.Runtime.InteropServices;

namespace CreditSystem.AppHost.Hosting.Servers;

internal static class BuiltProjectExtensions
{
    /// <summary>
    /// Projects start as the programs that were built with the AppHost, which spares each of them a <c>dotnet run</c>, and in the
    /// AppHost's own environment, which the orchestrator does not hand down. An IDE and <c>dotnet watch</c> start them their own way.
    /// </summary>
    internal static void UseBuiltProjects(this IDistributedApplicationBuilder builder)
    {
        if (builder.ExecutionContext.IsPublishMode)
            return;

        var isOthersTask = builder.Configuration["DEBUG_SESSION_PORT"] is { Length: > 0 }
            || builder.Configuration["DOTNET_WATCH"] is "1" or "true";
        var environment = builder.Environment.EnvironmentName;
        builder.Eventing.Subscribe<BeforeStartEvent>((start, _) =>
        {
            foreach (var project in start.Model.GetProjectResources())
            {
                project.Annotations.Add(new EnvironmentCallbackAnnotation("DOTNET_ENVIRONMENT", () => environment));
                project.Annotations.Add(new EnvironmentCallbackAnnotation("ASPNETCORE_ENVIRONMENT", () => environment));
                if (!isOthersTask)
                    project.StartFromOutput();
            }

            return Task.CompletedTask;
        });
    }

    private static void StartFromOutput(this ProjectResource project)
    {
        var path = project.GetProjectMetadata().ProjectPath;
        var program = ProgramOf(Path.GetFileNameWithoutExtension(path));
        if (!File.Exists(program))
            return;

        project.Annotations.Add(new ExecutableAnnotation { Command = program, WorkingDirectory = Path.GetDirectoryName(path)! });
        // What `dotnet run` tells the program that it starts: where the runtime is that it was started with itself.
        project.Annotations.Add(new EnvironmentCallbackAnnotation("DOTNET_ROOT", () => RuntimeRoot));
    }

    /// <summary>All outputs lie side by side (UseArtifactsOutput).</summary>
    private static string ProgramOf(string project)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(own.Parent!.Parent!.FullName, project, own.Name, OperatingSystem.IsWindows() ? $"{project}.exe" : project);
    }

    private static string RuntimeRoot { get; } = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
}
