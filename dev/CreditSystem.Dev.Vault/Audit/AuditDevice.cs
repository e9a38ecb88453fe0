using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace CreditSystem.Dev.Vault.Audit;

/// <summary>A file device as it was enabled.</summary>
internal sealed record AuditDeviceEntry(string Path, string Description, string FilePath, string Salt, bool HmacAccessor);

/// <summary>A file with one JSON line per request and response, in which strings are keyed hashes.</summary>
internal sealed class AuditDevice : IDisposable
{
    private readonly Lock _lock = new();
    private readonly FileStream? _file;
    private readonly byte[] _salt;

    /// <exception cref="VaultFault">The file cannot be written.</exception>
    public AuditDevice(AuditDeviceEntry entry)
    {
        Entry = entry;
        _salt = Convert.FromBase64String(entry.Salt);
        if (entry.FilePath == "discard")
            return;
        try
        {
            if (Path.GetDirectoryName(entry.FilePath) is { Length: > 0 } folder)
                Directory.CreateDirectory(folder);
            _file = new FileStream(entry.FilePath, new FileStreamOptions
            {
                Mode = FileMode.Append,
                Access = FileAccess.Write,
                Share = FileShare.ReadWrite,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw VaultFault.BadRequest($"sanity check failed; unable to open \"{entry.FilePath}\" for writing: {exception.Message}");
        }
    }

    public AuditDeviceEntry Entry { get; }

    public string Hash(string text) => $"hmac-sha256:{Convert.ToHexStringLower(HMACSHA256.HashData(_salt, Encoding.UTF8.GetBytes(text)))}";

    /// <summary>A copy in which every string is hashed; numbers and flags stay in the clear.</summary>
    public JsonNode? Hash(JsonNode? node) => node switch
    {
        null => null,
        JsonObject map => new JsonObject(map.Select(pair => KeyValuePair.Create(pair.Key, Hash(pair.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Hash)]),
        JsonValue value when value.TryGetValue<string>(out var text) => Hash(text),
        _ => node.DeepClone(),
    };

    public void Write(JsonObject line)
    {
        if (_file is null)
            return;
        var bytes = Encoding.UTF8.GetBytes(line.ToJsonString(VaultJson.Options) + "\n");
        lock (_lock)
        {
            _file.Write(bytes);
            _file.Flush();
        }
    }

    public void Dispose() => _file?.Dispose();
}
