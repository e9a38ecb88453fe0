using CreditSystem.Tests.Deploy.Checklist;

namespace CreditSystem.Tests.Deploy;

/// <summary>What a site may write into <c>settings/values.yaml</c>.</summary>
public sealed class SettingsTests
{
    [Theory]
    [InlineData("registry.example:5000/team/api", "0.2.0")]
    [InlineData("registry.example/api", "0.2.0@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    public void An_image_may_come_from_a_registry_with_a_port_and_be_pinned_by_its_digest(string image, string tag)
    {
        using var copy = new SourceCopy();
        var file = copy.PathOf("overlays", "k3s", "settings", "values.yaml");
        File.WriteAllLines(file, File.ReadAllLines(file).Select(line =>
            line.StartsWith("  apiImage:", StringComparison.Ordinal) ? $"  apiImage: {image}" : line.StartsWith("  tag:", StringComparison.Ordinal) ? $"  tag: {tag}" : line));

        Assert.Equal($"{image}:{tag}", Overlay.Render("k3s", copy.Folder).The("Deployment", "api").Container.Text("image"));
    }
}
