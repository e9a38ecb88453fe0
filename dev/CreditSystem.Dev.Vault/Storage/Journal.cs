using System.Text;
using System.Text.Json;

namespace CreditSystem.Dev.Vault.Storage;

/// <summary>
/// One line per write, handed to the kernel before the write is acknowledged, so that even SIGKILL loses none. (A power cut
/// may: this is a development server.) At start, and when it has grown, it is replaced by one with the living values only.
/// </summary>
internal sealed class Journal : IDisposable
{
    private const string Header = """{"format":"credit-system-dev-vault","version":1}""";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int WorthCompacting = 10_000;

    private readonly string _path;
    private readonly FileStream _lockFile;
    private FileStream? _stream;
    private int _lines;

    private Journal(string path, FileStream lockFile) => (_path, _lockFile) = (path, lockFile);

    public static Journal Open(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute);
            return new Journal(Path.Combine(directory, "vault.journal"), Create(Path.Combine(directory, "vault.lock"), FileMode.OpenOrCreate, FileShare.None));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DevServerException(ExitCodes.DataInvalid, $"{directory} cannot be used ({exception.Message}). Another development Vault may be using it; choose another folder with DEV_DATA_DIRECTORY.", exception);
        }
    }

    /// <summary>Calls <paramref name="apply"/> with each write of the past, oldest first.</summary>
    public void Replay(Action<string, byte[]?> apply)
    {
        if (!File.Exists(_path))
            return;
        var text = File.ReadAllText(_path);
        var lines = text.Split('\n');
        if (lines[0] != Header)
            throw Unreadable("it is not of this version's format");
        // What follows the last line feed was never acknowledged: the process was killed while it wrote.
        for (var i = 1; i < lines.Length - 1; i++)
        {
            try
            {
                var line = JsonSerializer.Deserialize<Line>(lines[i], VaultJson.Options) ?? throw new JsonException("empty");
                apply(line.Key, line.Value is { } value ? JsonSerializer.SerializeToUtf8Bytes(value, VaultJson.Options) : null);
            }
            catch (JsonException exception)
            {
                throw Unreadable($"line {i + 1} is damaged", exception);
            }
        }
    }

    public void Append(string key, byte[]? value)
    {
        var stream = _stream ?? throw new InvalidOperationException("The journal has not been opened by a compaction.");
        stream.Write(Encode(key, value));
        stream.Flush();
        _lines++;
    }

    public bool IsWorthCompacting(int living) => _lines > WorthCompacting && _lines > 4 * living;

    public void Compact(IReadOnlyDictionary<string, byte[]> living)
    {
        var draft = _path + ".new";
        var stream = Create(draft, FileMode.Create, FileShare.Read);
        stream.Write(Encoding.UTF8.GetBytes(Header + "\n"));
        foreach (var (key, value) in living)
            stream.Write(Encode(key, value));
        stream.Flush(flushToDisk: true);
        File.Move(draft, _path, overwrite: true);
        _stream?.Dispose();
        (_stream, _lines) = (stream, living.Count);
    }

    public void Dispose()
    {
        _stream?.Flush(flushToDisk: true);
        _stream?.Dispose();
        _lockFile.Dispose();
    }

    private static FileStream Create(string path, FileMode mode, FileShare share) => new(path, new FileStreamOptions
    {
        Mode = mode,
        Access = FileAccess.Write,
        Share = share,
        UnixCreateMode = OwnerOnly,
    });

    private static byte[] Encode(string key, byte[]? value)
    {
        var start = JsonSerializer.SerializeToUtf8Bytes(key, VaultJson.Options);
        return [.. "{\"Key\":"u8, .. start, .. ",\"Value\":"u8, .. value ?? "null"u8.ToArray(), .. "}\n"u8];
    }

    private DevServerException Unreadable(string reason, Exception? inner = null) =>
        new(ExitCodes.DataInvalid, $"{_path} cannot be read: {reason}. Move it away to start with an empty Vault; what was encrypted with its transit keys can then not be read any more.", inner);

    private sealed record Line(string Key, JsonElement? Value);
}
