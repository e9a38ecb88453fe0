using System.Diagnostics;
using System.Text.Json.Nodes;
using CreditSystem.Testing;

namespace CreditSystem.Tests.Deploy.Images;

/// <summary>What <c>deploy/build-images</c> leaves: built on a base image of a registry of this machine, unpacked, and run.</summary>
public sealed class ImageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("credit-system-images-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_images_say_who_runs_them_and_where_and_the_proxy_runs_as_its_user_from_files_it_cannot_change()
    {
        await using var registry = await BaseImageRegistry.StartAsync();
        // The build that the tests are of: what a release compiles differs in nothing but its name, and FilesTests compiles one.
        var build = new ProcessStartInfo(Repository.PathOf("deploy", "build-images"),
            ["--output", _folder, "--tag", "1.2.3", "--base", registry.Image, "--built", new DirectoryInfo(AppContext.BaseDirectory).Name]);
        build.Environment["DOTNET_CONTAINER_INSECURE_REGISTRIES"] = registry.Host;
        var built = await ToolProcess.RunAsync(build, "this repository");
        Assert.True(built.ExitCode == 0, built.Output + built.Error);

        Check("api", "CreditSystem.Api", user: "10001:10001", ports: ["8080/tcp", "8081/tcp"], has: ["MongoDB.Driver", "StackExchange.Redis"], hasNot: ["KubernetesClient", "Yarp.ReverseProxy"]);
        Check("vault-proxy", "CreditSystem.VaultProxy", user: "10002:10002", ports: ["8200/tcp", "8201/tcp"], has: ["Yarp.ReverseProxy"],
            hasNot: ["KubernetesClient", "MongoDB.Driver", "StackExchange.Redis", "VaultSharp"]);
        Check("cli", "CreditSystem.Cli", user: "10007:10007", ports: [], has: ["KubernetesClient", "MongoDB.Driver"], hasNot: ["Yarp.ReverseProxy"]);
        await InstalledProxy.RunsAsync(Path.Combine(_folder, "vault-proxy", "app"), user: 10002, "dotnet", "CreditSystem.VaultProxy.dll");
    }

    private void Check(string name, string assembly, string user, string[] ports, string[] has, string[] hasNot)
    {
        var image = new ImageArchive(Path.Combine(_folder, $"{name}.tar"));
        Assert.Equal([$"credit-system/{name}:1.2.3"], image.Tags);
        Assert.Equal(2, image.Layers.Count);
        Assert.Equal(user, (string?)image.Config["User"]);
        Assert.Superset(ports.ToHashSet(), (image.Config["ExposedPorts"]?.AsObject() ?? []).Select(port => port.Key).ToHashSet());
        Assert.Equal($"credit-system {name}", (string?)image.Config["Labels"]!["org.opencontainers.image.title"]);
        Assert.Equal("1.2.3", (string?)image.Config["Labels"]!["org.opencontainers.image.version"]);
        Assert.Contains("DOTNET_EnableDiagnostics=0", image.Config["Env"]!.AsArray().Select(variable => (string)variable!));
        Assert.Contains(image.Config["Entrypoint"]!.AsArray(), part => ((string)part!).EndsWith($"{assembly}.dll", StringComparison.Ordinal) || (string)part! == $"/app/{assembly}");

        var unpacked = Path.Combine(_folder, name);
        Directory.CreateDirectory(unpacked);
        image.Unpack(unpacked);
        Assert.True(File.Exists(Path.Combine(unpacked, "app", $"{assembly}.dll")));

        var bill = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, $"{name}.sbom.json")))!;
        Assert.Equal("CycloneDX", (string?)bill["bomFormat"]);
        var components = bill["components"]!.AsArray().Select(component => (string)component!["name"]!).ToHashSet();
        Assert.Superset(has.ToHashSet(), components);
        Assert.DoesNotContain(components, component => hasNot.Append("xunit.v3").Contains(component));
    }
}
