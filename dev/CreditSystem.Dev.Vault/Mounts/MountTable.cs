using System.Collections.Concurrent;
using System.Security.Cryptography;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Storage;

namespace CreditSystem.Dev.Vault.Mounts;

/// <summary>What is mounted where, in all namespaces.</summary>
internal sealed class MountTable(VaultStorage storage) : IDisposable
{
    private readonly StorageView _stored = storage.Below("mounts/");
    private readonly ConcurrentDictionary<string, (Mount Mount, Backend Backend)> _mounts = new(StringComparer.Ordinal);

    /// <summary>Makes backends of mounts that are not the system's own; set once, because backends need the table's users.</summary>
    public Func<Mount, Backend>? Factory { get; set; }

    public IEnumerable<Mount> Of(string @namespace, bool auth) =>
        _mounts.Values.Select(entry => entry.Mount).Where(mount => mount.Namespace == @namespace && mount.IsAuth == auth).OrderBy(mount => mount.Path, StringComparer.Ordinal);

    public IEnumerable<Backend> Backends => _mounts.Values.Select(entry => entry.Backend).Distinct();

    public Backend? Backend(string mountPath) => _mounts.TryGetValue(mountPath, out var entry) ? entry.Backend : null;

    public Mount? Mount(string mountPath) => _mounts.TryGetValue(mountPath, out var entry) ? entry.Mount : null;

    /// <summary>The mount whose path is the longest start of <paramref name="path"/>.</summary>
    public (Mount Mount, Backend Backend)? Find(string path)
    {
        var rest = path.EndsWith('/') ? path : path + "/";
        for (var slash = rest.LastIndexOf('/'); slash >= 0; slash = slash == 0 ? -1 : rest.LastIndexOf('/', slash - 1))
        {
            if (_mounts.TryGetValue(rest[..(slash + 1)], out var entry))
                return entry;
        }

        return null;
    }

    /// <summary>Mounts what an earlier run has stored.</summary>
    public void Restore()
    {
        foreach (var mount in _stored.Keys().Select(_stored.Get<Mount>).OfType<Mount>())
            _mounts[mount.Path] = (mount, Factory!(mount));
    }

    /// <summary>One of the system's own, which is there in every run.</summary>
    public void AddBuiltIn(string @namespace, string path, string type, string description, Backend backend) =>
        _mounts[@namespace + path] = (New(@namespace, path, type) with { IsBuiltIn = true, Description = description }, backend);

    public void RemoveBuiltIns(string @namespace)
    {
        foreach (var path in _mounts.Where(entry => entry.Value.Mount.Namespace == @namespace).Select(entry => entry.Key).ToList())
            _mounts.TryRemove(path, out _);
    }

    /// <exception cref="VaultFault">Something is there already, or the type is not known.</exception>
    public Mount Enable(Mount mount)
    {
        var occupied = _mounts.Keys.FirstOrDefault(path => path.StartsWith(mount.Path, StringComparison.Ordinal) || mount.Path.StartsWith(path, StringComparison.Ordinal));
        if (occupied is not null)
            throw VaultFault.BadRequest($"path is already in use at {_mounts[occupied].Mount.Name}");
        _mounts[mount.Path] = (mount, Factory!(mount));
        _stored.Put(mount.Path, mount);
        return mount;
    }

    public void Update(Mount mount)
    {
        _mounts[mount.Path] = (mount, _mounts[mount.Path].Backend);
        if (_stored.Contains(mount.Path))
            _stored.Put(mount.Path, mount);
    }

    /// <summary>Gives it another backend for the same data: what is done when a mount's version changes.</summary>
    public void Replace(Mount mount)
    {
        _mounts[mount.Path].Backend.Dispose();
        _mounts[mount.Path] = (mount, Factory!(mount));
        _stored.Put(mount.Path, mount);
    }

    /// <summary>Unmounts it and forgets all that it knew.</summary>
    public void Disable(string path)
    {
        if (!_stored.Contains(path) || !_mounts.TryRemove(path, out var entry))
            return;
        _stored.Delete(path);
        DataOf(entry.Mount).Clear();
        entry.Backend.Dispose();
    }

    public StorageView DataOf(Mount mount) => storage.Below($"data/{mount.Uuid}/");

    public static Mount New(string @namespace, string path, string type) => new()
    {
        Path = @namespace + path,
        Namespace = @namespace,
        Type = type,
        Uuid = Guid.NewGuid().ToString(),
        Accessor = $"{(path.StartsWith("auth/", StringComparison.Ordinal) ? "auth_" : "")}{type}_{RandomNumberGenerator.GetHexString(8, lowercase: true)}",
    };

    public void Dispose()
    {
        foreach (var backend in Backends)
            backend.Dispose();
    }
}
