namespace CreditSystem.Dev.Stripe.Storage;

/// <summary>
/// Every object by its id, in the order in which they were made. Used by one request at a time. Members that begin with an
/// underscore are the server's own: no answer shows them, and no kind that begins with one is Stripe's.
/// </summary>
internal sealed class ObjectStore
{
    private readonly Journal? journal;
    private readonly Dictionary<string, JsonObject> byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<JsonObject>> byKind = new(StringComparer.Ordinal);
    /// <summary>The address of this server, for links in what it answers.</summary>
    public Uri Origin { get; set; } = new("http://127.0.0.1/");

    private readonly HashSet<string> changed = new(StringComparer.Ordinal);

    public ObjectStore(Journal? journal)
    {
        this.journal = journal;
        foreach (var value in journal?.Load() ?? [])
            Index(value);
    }

    /// <summary>Adds a new object, or keeps what has been changed in one.</summary>
    public JsonObject Save(JsonObject value)
    {
        if (!byId.ContainsKey(value.Text("id")))
            Index(value);
        changed.Add(value.Text("id"));
        return value;
    }

    public void Remove(JsonObject value)
    {
        byId.Remove(value.Text("id"));
        byKind[value.Text("object")].Remove(value);
        changed.Add(value.Text("id"));
    }

    public JsonObject? Find(string? id) => id is null ? null : byId.GetValueOrDefault(id);

    public JsonObject? Find(string kind, string? id) => Find(id) is { } found && found.Text("object") == kind ? found : null;

    /// <summary>All of a kind, oldest first.</summary>
    public IReadOnlyList<JsonObject> All(string kind) => byKind.GetValueOrDefault(kind) ?? (IReadOnlyList<JsonObject>)[];

    /// <summary>Writes what has changed since the last time.</summary>
    public void Commit()
    {
        journal?.Write(changed.Select(id => (id, byId.GetValueOrDefault(id))));
        changed.Clear();
    }

    private void Index(JsonObject value)
    {
        byId.Add(value.Text("id"), value);
        if (!byKind.TryGetValue(value.Text("object"), out var kind))
            byKind.Add(value.Text("object"), kind = []);
        kind.Add(value);
    }
}
