using CreditSystem.Testing;

namespace CreditSystem.Tests.Deploy.Checklist;

/// <summary>A copy of <c>deploy/</c> that a mutation may change; gone when disposed.</summary>
internal sealed class SourceCopy : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("credit-system-deploy-");

    internal SourceCopy()
    {
        var source = Repository.PathOf("deploy");
        foreach (var part in (string[])["base", "components", "overlays", "vault"])
        {
            foreach (var file in Directory.EnumerateFiles(Path.Combine(source, part), "*", SearchOption.AllDirectories))
            {
                var target = Path.Combine(Folder, Path.GetRelativePath(source, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
        }

        File.Copy(Path.Combine(source, "deploy"), PathOf("deploy"));
    }

    internal string Folder => Path.Combine(folder.FullName, "deploy");

    internal string PathOf(params string[] parts) => Path.Combine([Folder, .. parts]);

    public void Dispose() => folder.Delete(recursive: true);
}
