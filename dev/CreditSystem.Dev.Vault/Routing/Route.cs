namespace CreditSystem.Dev.Vault.Routing;

/// <summary>One path of a backend, the parameters it knows, and what it does for each operation.</summary>
internal sealed class Route(string pattern)
{
    private readonly Dictionary<Operation, Func<Call, Task<Reply>>> _handlers = [];
    private readonly Dictionary<string, FieldType> _fields = new(StringComparer.Ordinal);
    private Func<Call, bool>? _exists;
    private bool _knowsFields;

    public PathPattern Pattern { get; } = new(pattern);

    /// <summary>Whether it is answered without a token.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Whether a policy must grant <c>sudo</c> on it.</summary>
    public bool NeedsSudo { get; private set; }

    /// <summary>As <see cref="NeedsSudo"/>, of lists alone.</summary>
    public bool NeedsSudoToList { get; private set; }

    /// <summary>Whether the answer's data stand beside the envelope's own keys, too, for old clients.</summary>
    public bool RepeatsData { get; private set; }

    /// <summary>The status of a parameter that is not what it must be.</summary>
    public int FaultStatus { get; private set; } = StatusCodes.Status400BadRequest;

    /// <summary>Whether a write to it is a create or an update, depending on what exists.</summary>
    public bool TellsCreateFromUpdate => _exists is not null;

    public Route Read(Func<Call, Reply> handler) => On(Operation.Read, handler);

    public Route Read(Func<Call, Task<Reply>> handler) => On(Operation.Read, handler);

    /// <summary>The names in a folder; where the handler pages them, a client may say after which name and how many.</summary>
    public Route List(Func<Call, Reply> handler) => On(Operation.List, handler);

    public Route Scan(Func<Call, Reply> handler) => On(Operation.Scan, handler);

    public Route Patch(Func<Call, Reply> handler) => On(Operation.Patch, handler);

    public Route Delete(Func<Call, Reply> handler) => On(Operation.Delete, handler);

    public Route Delete(Func<Call, Task<Reply>> handler) => On(Operation.Delete, handler);

    public Route Write(Func<Call, Reply> handler) => On(Operation.Create, handler).On(Operation.Update, handler);

    public Route Write(Func<Call, Task<Reply>> handler) => On(Operation.Create, handler).On(Operation.Update, handler);

    /// <summary>Makes a write to a path where nothing exists need <c>create</c> instead of <c>update</c>.</summary>
    public Route Exists(Func<Call, bool> exists)
    {
        _exists = exists;
        return this;
    }

    /// <summary>Parameters that it knows; where it knows any, the others are ignored with a warning.</summary>
    public Route Takes(FieldType type, params ReadOnlySpan<string> names)
    {
        _knowsFields = true;
        foreach (var name in names)
            _fields[name] = type;
        return this;
    }

    public Route Paged() => Takes(FieldType.Text, "after").Takes(FieldType.Integer, "limit");

    public Route Open()
    {
        IsOpen = true;
        return this;
    }

    public Route Sudo()
    {
        NeedsSudo = true;
        return this;
    }

    public Route SudoToList()
    {
        NeedsSudoToList = true;
        return this;
    }

    /// <summary>Makes it answer 500 to parameters that are not what they must be, as logins do.</summary>
    public Route FaultsAreInternal()
    {
        FaultStatus = StatusCodes.Status500InternalServerError;
        return this;
    }

    public Route RepeatingData()
    {
        RepeatsData = true;
        return this;
    }

    /// <summary>What the call does, now that it is known what exists.</summary>
    public Operation Resolve(Call call) =>
        call.Operation == Operation.Update && _exists is not null && !_exists(call) ? Operation.Create : call.Operation;

    /// <exception cref="VaultFault">A parameter is not what it must be.</exception>
    public void Validate(Call call)
    {
        foreach (var (name, type) in _fields)
            call.Body.Require(name, type);
    }

    /// <summary>What the caller is told about parameters that this path does not know, or takes from the path.</summary>
    public IEnumerable<string> WarningsFor(Call call)
    {
        if (!_knowsFields)
            yield break;
        var replaced = call.Body.All.Select(field => field.Key).Where(name => call.TryGet(name) is not null).Order(StringComparer.Ordinal).ToList();
        var ignored = call.Body.All.Select(field => field.Key).Where(name => !_fields.ContainsKey(name) && call.TryGet(name) is null).Order(StringComparer.Ordinal).ToList();
        if (ignored.Count > 0)
            yield return $"Endpoint ignored these unrecognized parameters: [{string.Join(' ', ignored)}]";
        if (replaced.Count > 0)
            yield return $"Endpoint replaced the value of these parameters with the values captured from the endpoint's path: [{string.Join(' ', replaced)}]";
    }

    public Task<Reply> InvokeAsync(Call call) => _handlers.TryGetValue(call.Operation, out var handler)
        ? handler(call)
        : throw new VaultFault(StatusCodes.Status405MethodNotAllowed, "1 error occurred:\n\t* unsupported operation\n\n");

    private Route On(Operation operation, Func<Call, Reply> handler) => On(operation, call => Task.FromResult(handler(call)));

    private Route On(Operation operation, Func<Call, Task<Reply>> handler)
    {
        _handlers.Add(operation, handler);
        return this;
    }
}
