using System.Diagnostics;
using System.Runtime.InteropServices;

namespace CreditSystem.Dev.Mongo.Engine;

/// <summary>
/// Unpacks DocumentDB and all that it needs, its C library included, from Debian's packages below the cache folder. Nothing
/// is installed on the machine, no maintainer script runs, and no privilege is needed.
/// </summary>
internal sealed class EngineInstaller(string cacheDirectory, Action<string> progress)
{
    // Older releases have no package of it; the files bring their own C library, so the machine's release does not matter.
    private const string Suite = "forky";
    private const string Package = "postgresql-18-documentdb";
    private const string Layout = "engine-1";

    private static readonly string[] RequiredCommands = ["apt-get", "dpkg-deb", "tar", "setpriv"];

    private readonly string _folder = Path.Combine(cacheDirectory, "documentdb");

    private string Target => Path.Combine(_folder, Layout);

    public async Task<EngineLocation> InstallOnceAsync(CancellationToken cancellationToken)
    {
        if (Directory.Exists(Target))
            return Locate(Target);
        Directory.CreateDirectory(_folder);
        await using var installLock = await LockAsync(cancellationToken);
        if (Directory.Exists(Target))
            return Locate(Target);

        var clock = Stopwatch.StartNew();
        progress("Installing the document engine (once, about 1 minute) …");
        foreach (var interrupted in Directory.GetDirectories(_folder, "partial-*"))
            Directory.Delete(interrupted, recursive: true);
        var partial = Path.Combine(_folder, $"partial-{Environment.ProcessId}");
        await InstallAsync(partial, cancellationToken);
        Directory.Move(partial, Target);
        progress($"The document engine is installed ({clock.Elapsed.TotalSeconds:F0} s).");
        return Locate(Target);
    }

    private async Task InstallAsync(string partial, CancellationToken cancellationToken)
    {
        var apt = new AptDownload(Path.Combine(partial, "download"), Suite, Mirror());
        progress("  1/4 reading the package index");
        await apt.UpdateAsync(cancellationToken);
        progress("  2/4 downloading (about 140 MB)");
        var packages = await apt.DownloadAsync(Package, cancellationToken);
        progress($"  3/4 unpacking {packages.Length} packages");
        var root = Path.Combine(partial, "root");
        await UnpackAsync(root, packages, cancellationToken);
        progress("  4/4 checking");
        EngineLaunchers.Write(root, Triplet());
        var (exitCode, output) = await Command.RunAsync(Locate(partial).Program("postgres"), ["--version"], null, null, cancellationToken);
        if (exitCode != 0)
            throw new DevServerException(ExitCodes.EngineUnavailable, $"The unpacked engine does not run on this machine:{Environment.NewLine}{output}");
        Directory.Delete(Path.Combine(partial, "download"), recursive: true);
    }

    private static async Task UnpackAsync(string root, string[] packages, CancellationToken cancellationToken)
    {
        foreach (var folder in (string[])["bin", "sbin", "lib", "lib64"])
        {
            Directory.CreateDirectory(Path.Combine(root, "usr", folder));
            File.CreateSymbolicLink(Path.Combine(root, folder), Path.Combine("usr", folder));
        }

        const string Script = "dpkg-deb --fsys-tarfile \"$1\" | tar -xf - -C \"$2\" --keep-directory-symlink --no-same-owner --exclude=./usr/share/doc --exclude=./usr/share/man --exclude=./usr/share/locale";
        await Parallel.ForEachAsync(packages, new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = cancellationToken }, async (package, token) =>
        {
            var (exitCode, output) = await Command.RunAsync("sh", ["-c", Script, "sh", package, root], null, null, token);
            if (exitCode != 0)
                throw new DevServerException(ExitCodes.EngineUnavailable, $"'{Path.GetFileName(package)}' cannot be unpacked:{Environment.NewLine}{output}");
        });
    }

    private static AptSource Mirror()
    {
        var missing = RequiredCommands.Where(name => Command.Find(name) is null).ToArray();
        if (missing.Length > 0)
            throw Unavailable($"these commands are missing: {string.Join(", ", missing)}");
        var release = File.Exists("/etc/os-release")
            ? File.ReadAllLines("/etc/os-release").Where(l => l.Contains('=', StringComparison.Ordinal)).Select(l => l.Split('=', 2)).GroupBy(p => p[0]).ToDictionary(g => g.Key, g => g.First()[1].Trim('"'))
            : [];
        if (release.GetValueOrDefault("ID") != "debian")
            throw Unavailable($"this is not Debian but '{release.GetValueOrDefault("ID", "unknown")}'");
        return AptSource.Find("/etc/apt", release.GetValueOrDefault("VERSION_CODENAME", Suite))
            ?? throw Unavailable("no Debian mirror was found in /etc/apt/sources.list or /etc/apt/sources.list.d");
    }

    private static DevServerException Unavailable(string reason) => new(
        ExitCodes.EngineUnavailable,
        $"This machine can provide no MongoDB: there is no container runtime in use, no 'mongod' on PATH, and the engine cannot be installed because {reason}. Install MongoDB, Docker or Podman, or Debian's {Package}.");

    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        var announced = false;
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(_folder, "install.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (!cancellationToken.IsCancellationRequested)
            {
                if (!announced)
                    progress("Waiting for another process that is installing the document engine …");
                announced = true;
                await Task.Delay(TimeSpan.FromMilliseconds(300), cancellationToken);
            }
        }
    }

    private static EngineLocation Locate(string installation) => new(Path.Combine(installation, "root/usr/lib/postgresql/18/bin"));

    private static string Triplet() => RuntimeInformation.OSArchitecture switch
    {
        Architecture.X64 => "x86_64-linux-gnu",
        Architecture.Arm64 => "aarch64-linux-gnu",
        var other => throw Unavailable($"the processor is '{other}'; x64 and arm64 are supported"),
    };
}
