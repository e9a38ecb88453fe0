namespace CreditSystem.Dev.Mongo.Engine;

/// <summary>Where the programs of the engine are.</summary>
internal sealed record EngineLocation(string BinDirectory)
{
    public string Program(string name) => Path.Combine(BinDirectory, name);

    /// <summary>An engine that is installed on the machine itself, or null.</summary>
    public static EngineLocation? OnThisMachine()
    {
        const string Packaged = "/usr/lib/postgresql";
        if (!Directory.Exists(Packaged))
            return null;
        return Directory.GetDirectories(Packaged)
            .OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0)
            .Where(folder => File.Exists(Path.Combine(folder, "lib/pg_documentdb.so")) && File.Exists(Path.Combine(folder, "bin/initdb")))
            .Select(folder => new EngineLocation(Path.Combine(folder, "bin")))
            .FirstOrDefault();
    }
}
