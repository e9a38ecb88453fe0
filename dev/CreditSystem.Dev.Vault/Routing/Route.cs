namespace CreditSystem.Dev.Vault.Routing;

/// <summary>One path of a backend and what it does for each operation.</summary>
internal sealed class Route(string pattern)
{
    private readonly Dictionary<Operation, Func<Call, Task<Reply>>> _handlers = [];
    private Func<Call, bool>? _exists;

    public PathPattern Pattern { get; } = new(pattern);

    /// <summary>Whether it is answered without a token.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Whether a policy must grant <c>sudo</c> on it.</summary>
    public bool NeedsSudo { get; private set; }

    public Route Read(Func<Call, Reply> handler) => On(Operation.Read, handler);

    public Route Read(Func<Call, Task<Reply>> handler) => On(Operation.Read, handler);

    public Route List(Func<Call, Reply> handler) => On(Operation.List, handler);

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

    /// <summary>What the call does, now that it is known what exists.</summary>
    public Operation Resolve(Call call) =>
        call.Operation == Operation.Update && _exists is not null && !_exists(call) ? Operation.Create : call.Operation;

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
