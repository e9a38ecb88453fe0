using System.Diagnostics;
using System.Text.Json.Nodes;
using CreditSystem.Testing;
using CreditSystem.Tests.Deploy.Checklist;

namespace CreditSystem.Tests.Deploy.Images;

/// <summary>The two ways to an image, the SDK's (build/Image.props) and the Dockerfile's, and the manifests say the same.</summary>
public sealed class DockerfileTests
{
    [Theory]
    [InlineData("CreditSystem.Api")]
    [InlineData("CreditSystem.VaultProxy")]
    [InlineData("CreditSystem.Cli")]
    public async Task Makes_the_image_that_the_sdk_makes(string project)
    {
        var image = await EvaluateAsync(project);
        var lines = await ReadAsync(project);
        var last = lines[lines.FindLastIndex(line => line.StartsWith("FROM ", StringComparison.Ordinal))..];

        Assert.EndsWith($":10.0-{image["Properties"]!["ContainerFamily"]}", last[0], StringComparison.Ordinal);
        Assert.Equal([$"{image["Properties"]!["ContainerUser"]}"], Values(last, "USER"));
        Assert.Equal(Items(image, "ContainerPort"), Words(last, "EXPOSE"));
        Assert.Equal(Pairs(image, "ContainerEnvironmentVariable"), Words(last, "ENV"));
        Assert.Equal(
            Pairs(image, "ContainerLabel").Where(label => label.StartsWith("org.opencontainers.image.title=", StringComparison.Ordinal)).Append($"org.opencontainers.image.version={image["Properties"]!["Version"]}").Order(),
            Values(last, "LABEL").SelectMany(line => line.Split("\" ", StringSplitOptions.RemoveEmptyEntries)).Select(label => label.Replace("\"", "", StringComparison.Ordinal)).Order());
        Assert.Equal([$"[\"dotnet\", \"{project}.dll\"]"], Values(last, "ENTRYPOINT"));
        // What serves nobody has no health to ask for.
        var health = Items(image, "ContainerPort").Any() ? [$"CMD [\"dotnet\", \"{project}.dll\", \"healthcheck\"]"] : Array.Empty<string>();
        Assert.Equal(health, Values(last, "HEALTHCHECK").Select(line => line[line.IndexOf("CMD", StringComparison.Ordinal)..]));
        // Without a shell nothing can be run there, and with a read-only root nothing is written.
        Assert.DoesNotContain(last, line => line.StartsWith("RUN ", StringComparison.Ordinal) || line.StartsWith("VOLUME ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("CreditSystem.Api")]
    [InlineData("CreditSystem.VaultProxy")]
    public async Task Is_run_by_the_manifests_as_the_user_and_on_the_ports_that_it_was_made_for(string project)
    {
        var image = await EvaluateAsync(project);
        var properties = image["Properties"]!;

        Assert.All(Overlay.Names, name =>
        {
            var overlay = Overlay.Of(name);
            var workload = overlay.The("Deployment", (string)properties["ImageName"]!);
            Assert.Equal((string?)properties["ContainerUser"], $"{workload.Container.Text("securityContext.runAsUser")}:{workload.Container.Text("securityContext.runAsGroup")}");
            // Where there is one replica, it has nobody to speak to.
            var alone = workload.Container.List("env").All(variable => variable.Text("name") != "Cluster__Mode");
            Assert.Equal(
                Items(image, "ContainerPort").Where(port => !alone || port != (string?)properties["ImageSiloPort"]),
                workload.Container.List("ports").Select(port => port.Text("containerPort")).Order());
            Assert.Equal($"{properties["ImagePort"]};{properties["ImageManagementPort"]}", overlay.The("ConfigMap", $"{workload.Name}-env").Json.Text("data.HTTP_PORTS"));
        });
    }

    private static async Task<JsonNode> EvaluateAsync(string project)
    {
        var read = await ToolProcess.RunAsync(new ProcessStartInfo("dotnet",
        [
            "msbuild", Repository.PathOf(project), "-nologo",
            "-getProperty:ContainerUser,ContainerFamily,ImageName,ImagePort,ImageManagementPort,ImageSiloPort,Version",
            "-getItem:ContainerPort,ContainerEnvironmentVariable,ContainerLabel",
        ]), "the .NET SDK");
        Assert.True(read.ExitCode == 0, read.Output + read.Error);
        return JsonNode.Parse(read.Output)!;
    }

    private static async Task<List<string>> ReadAsync(string project) =>
        [.. (await File.ReadAllLinesAsync(Repository.PathOf(project, "Dockerfile"), TestContext.Current.CancellationToken)).Where(line => line.Length > 0 && line[0] != '#')];

    private static IEnumerable<string> Values(List<string> lines, string instruction) =>
        lines.Where(line => line.StartsWith($"{instruction} ", StringComparison.Ordinal)).Select(line => line[(instruction.Length + 1)..]);

    private static IEnumerable<string> Words(List<string> lines, string instruction) => Values(lines, instruction).SelectMany(line => line.Split(' ')).Order();

    private static IEnumerable<string> Items(JsonNode image, string kind) => image["Items"]![kind]!.AsArray().Select(item => (string)item!["Identity"]!).Order();

    private static IEnumerable<string> Pairs(JsonNode image, string kind) => image["Items"]![kind]!.AsArray().Select(item => $"{item!["Identity"]}={item["Value"]}").Order();
}
