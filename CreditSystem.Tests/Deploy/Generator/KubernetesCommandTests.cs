using CreditSystem.AppHost.Kubernetes;

namespace CreditSystem.Tests.Deploy.Generator;

public sealed class KubernetesCommandTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("credit-system-base-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Leaves_other_arguments_to_the_app_host() =>
        Assert.Null(await KubernetesCommand.TryRunAsync(["--publisher", "manifest"], TestContext.Current.CancellationToken));

    [Fact]
    public async Task Writes_the_base_and_takes_back_only_what_it_wrote_before()
    {
        var output = Path.Combine(folder.FullName, "base");
        Directory.CreateDirectory(Path.Combine(output, "notes"));
        await File.WriteAllTextAsync(Path.Combine(output, "notes", "mine.yaml"), "kept: true\n", TestContext.Current.CancellationToken);
        Directory.CreateDirectory(Path.Combine(output, "gone"));
        await File.WriteAllTextAsync(Path.Combine(output, "gone", "service.yaml"), KustomizeBase.Header + "\nkind: Service\n", TestContext.Current.CancellationToken);

        Assert.Equal(0, await RunAsync("--manifest", await ManifestAsync(SampleManifest.Json), "--output", output));

        Assert.True(File.Exists(Path.Combine(output, "api", "deployment.yaml")));
        Assert.True(File.Exists(Path.Combine(output, "notes", "mine.yaml")));
        Assert.False(Directory.Exists(Path.Combine(output, "gone")));
    }

    [Fact]
    public async Task Writes_nothing_when_the_manifest_is_refused()
    {
        var output = Path.Combine(folder.FullName, "base");

        Assert.Equal(1, await RunAsync("--manifest", await ManifestAsync("""{"resources":{"x":{"type":"unknown.v9"}}}"""), "--output", output));
        Assert.False(Directory.Exists(output));
    }

    [Theory]
    [InlineData("--output")]
    [InlineData("--verbose", "yes")]
    public async Task Answers_a_wrong_option_with_the_usage(params string[] options) => Assert.Equal(2, await RunAsync(options));

    [Fact]
    public async Task Fails_when_there_is_no_manifest() =>
        Assert.Equal(1, await RunAsync("--manifest", Path.Combine(folder.FullName, "absent.json")));

    private static async Task<int?> RunAsync(params string[] options) =>
        await KubernetesCommand.TryRunAsync([KubernetesCommand.Verb, .. options], TestContext.Current.CancellationToken);

    private async Task<string> ManifestAsync(string json)
    {
        var path = Path.Combine(folder.FullName, "aspire-manifest.json");
        await File.WriteAllTextAsync(path, json, TestContext.Current.CancellationToken);
        return path;
    }
}
