using System.Text.Json;

namespace CreditSystem.Dev.Vault.Storage;

/// <summary>All that the server knows, as JSON documents under slash-separated keys. A write is durable when it returns.</summary>
internal sealed class VaultStorage : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, byte[]> _values = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _keys = new(StringComparer.Ordinal);
    private readonly Journal? _journal;

    private VaultStorage(Journal? journal) => _journal = journal;

    public static VaultStorage InMemory() => new(null);

    /// <summary>Reads what an earlier run has left below <paramref name="directory"/> and writes there from now on.</summary>
    /// <exception cref="DevServerException">It cannot be read.</exception>
    public static VaultStorage Open(string directory)
    {
        var journal = Journal.Open(directory);
        try
        {
            var storage = new VaultStorage(journal);
            journal.Replay(storage.Apply);
            journal.Compact(storage._values);
            return storage;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    public T? Get<T>(string key)
        where T : class
    {
        byte[]? value;
        lock (_lock)
            value = _values.GetValueOrDefault(key);
        return value is null ? null : JsonSerializer.Deserialize<T>(value, VaultJson.Options);
    }

    public bool Contains(string key)
    {
        lock (_lock)
            return _values.ContainsKey(key);
    }

    public void Put<T>(string key, T value) => Write(key, JsonSerializer.SerializeToUtf8Bytes(value, VaultJson.Options));

    public void Delete(string key)
    {
        lock (_lock)
        {
            if (_values.ContainsKey(key))
                Write(key, null);
        }
    }

    /// <summary>The full keys that begin with <paramref name="prefix"/>, in ordinal order.</summary>
    public IReadOnlyList<string> Keys(string prefix)
    {
        lock (_lock)
            return prefix.Length == 0 ? [.. _keys] : [.. _keys.GetViewBetween(prefix, prefix + '\uffff')];
    }

    /// <summary>A part of it, whose keys begin with <paramref name="prefix"/>.</summary>
    public StorageView Below(string prefix) => new(this, prefix);

    public void Dispose() => _journal?.Dispose();

    private void Write(string key, byte[]? value)
    {
        lock (_lock)
        {
            if (_journal is { } journal)
            {
                journal.Append(key, value);
                Apply(key, value);
                if (journal.IsWorthCompacting(_values.Count))
                    journal.Compact(_values);
            }
            else
            {
                Apply(key, value);
            }
        }
    }

    private void Apply(string key, byte[]? value)
    {
        if (value is null)
        {
            _values.Remove(key);
            _keys.Remove(key);
            return;
        }

        _values[key] = value;
        _keys.Add(key);
    }
}
