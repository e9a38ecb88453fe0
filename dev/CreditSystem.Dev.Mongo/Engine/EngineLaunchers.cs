namespace CreditSystem.Dev.Mongo.Engine;

/// <summary>
/// Replaces the engine's programs by launchers that run them with the C library they were unpacked with: the machine's may be
/// too old. PostgreSQL finds its files relative to the launcher, so the folder can be anywhere.
/// </summary>
internal static class EngineLaunchers
{
    public static void Write(string root, string triplet)
    {
        var version = Path.Combine(root, "usr/lib/postgresql/18");
        var programs = Path.Combine(version, "libexec");
        Directory.CreateDirectory(programs);
        var loader = triplet.StartsWith("aarch64", StringComparison.Ordinal) ? "lib/ld-linux-aarch64.so.1" : "lib64/ld-linux-x86-64.so.2";
        foreach (var name in (string[])["postgres", "initdb", "psql", "pgbench", "pg_ctl", "pg_isready", "pg_controldata", "pg_dump", "pg_restore"])
        {
            var launcher = Path.Combine(version, "bin", name);
            File.Move(launcher, Path.Combine(programs, name));
            File.WriteAllText(launcher, Script(loader, triplet));
            File.SetUnixFileMode(launcher, (UnixFileMode)0b111_101_101);
        }

        // dpkg's alternatives would make this link; no maintainer script runs here.
        var extensions = Path.Combine(root, "usr/share/postgresql/18/extension");
        if (!File.Exists(Path.Combine(extensions, "postgis.control")))
            File.CreateSymbolicLink(Path.Combine(extensions, "postgis.control"), "postgis-3.control");
    }

    private static string Script(string loader, string triplet) => $$"""
        #!/bin/sh
        bin=$(dirname "$(readlink -f "$0")"); root=$(readlink -f "$bin/../../../../..")
        lib=$root/usr/lib/{{triplet}}
        exec "$root/{{loader}}" --library-path "$lib:$lib/blas:$lib/lapack:$lib/systemd:$bin/../lib" \
            --argv0 "$bin/${0##*/}" "$bin/../libexec/${0##*/}" "$@"

        """;
}
