using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration.UserSecrets;

namespace Aspire.Hosting;

/// <summary>The developer's own settings, outside the repository: <c>~/.microsoft/usersecrets</c>.</summary>
internal static class UserSecrets
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly Lock Gate = new();

    internal static void TryWrite(Assembly? appHost, string key, string value)
    {
        if (appHost?.GetCustomAttribute<UserSecretsIdAttribute>()?.UserSecretsId is not { } id)
            return;

        var path = PathHelper.GetSecretsPathFromSecretsId(id);
        lock (Gate)
        {
            try
            {
                var secrets = File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path))!.AsObject() : [];
                secrets[key] = value;
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                var written = $"{path}.{Environment.ProcessId}";
                File.WriteAllText(written, secrets.ToJsonString(Indented));
                if (!OperatingSystem.IsWindows())
                    File.SetUnixFileMode(written, OwnerOnly);
                File.Move(written, path, overwrite: true);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
            {
                // The value is good for this run; the next one makes another.
                Console.Error.WriteLine($"'{key}' could not be kept in {path}: {failure.Message}");
            }
        }
    }
}
