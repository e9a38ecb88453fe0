using System.Text;
using System.Text.Json;

namespace CreditSystem.Dev.Stripe.Storage;

/// <summary>A file of all objects, one a line; of several lines for one id the last counts, and null is one that was deleted.</summary>
internal sealed class Journal : IDisposable
{
    private const string FileName = "objects.jsonl";

    private readonly string path;
    private FileStream? stream;

    public Journal(string directory)
    {
        Directory.CreateDirectory(directory);
        path = Path.Combine(directory, FileName);
    }

    /// <summary>The objects in the order in which they were made. A line that a crash has cut off is left out.</summary>
    public IReadOnlyList<JsonObject> Load()
    {
        var (order, objects) = (new List<string>(), new Dictionary<string, JsonObject?>(StringComparer.Ordinal));
        if (File.Exists(path))
        {
            foreach (var line in File.ReadLines(path).Where(line => line.Length > 0))
                Read(line, order, objects);
        }

        var kept = order.Select(id => objects[id]).OfType<JsonObject>().ToList();
        // Written anew, so that it does not grow with every change of every run.
        File.WriteAllLines($"{path}.new", kept.Select(value => Line((string)value["id"]!, value)));
        File.Move($"{path}.new", path, overwrite: true);
        stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        return kept;
    }

    public void Write(IEnumerable<(string Id, JsonObject? Value)> changes)
    {
        var text = string.Concat(changes.Select(change => $"{Line(change.Id, change.Value)}\n"));
        if (text.Length == 0 || stream is null)
            return;
        stream.Write(Encoding.UTF8.GetBytes(text));
        stream.Flush();
    }

    public void Dispose() => stream?.Dispose();

    private static string Line(string id, JsonObject? value) =>
        new JsonObject { ["id"] = id, ["value"] = value?.DeepClone() }.ToJsonString();

    private static void Read(string line, List<string> order, Dictionary<string, JsonObject?> objects)
    {
        try
        {
            var entry = JsonNode.Parse(line)!;
            var id = (string)entry["id"]!;
            if (!objects.ContainsKey(id))
                order.Add(id);
            objects[id] = entry["value"]?.DeepClone() as JsonObject;
        }
        catch (JsonException)
        {
        }
    }
}
