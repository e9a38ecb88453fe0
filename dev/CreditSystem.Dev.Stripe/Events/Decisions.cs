namespace CreditSystem.Dev.Stripe.Events;

/// <summary>What banks decide some time later: a refund that goes through or fails, a dispute after its evidence.</summary>
internal sealed class Decisions(ObjectStore store, WorkSignal signal, DevStripeOptions options, TimeProvider time)
{
    private const string Kind = "_decision";

    private readonly Dictionary<string, Action<JsonObject>> actions = new(StringComparer.Ordinal);

    /// <param name="name">Names it in what is stored.</param>
    /// <param name="action">Must do nothing where the object has come to another state meanwhile.</param>
    public void Register(string name, Action<JsonObject> action) => actions.Add(name, action);

    public void Schedule(string name, JsonObject target)
    {
        store.Save(new JsonObject
        {
            ["id"] = Objects.NewId("dcs"),
            ["object"] = Kind,
            ["action"] = name,
            ["target"] = target.Text("id"),
            ["due"] = (time.GetUtcNow() + options.DecisionTime).ToUnixTimeMilliseconds(),
        });
        signal.Set();
    }

    /// <summary>Everything that is still open is decided now.</summary>
    public int DecideAll() => Run(long.MaxValue);

    public async Task RunAsync(StripeApi api, CancellationToken cancellationToken)
    {
        while (true)
        {
            api.Execute(() => Run(time.GetUtcNow().ToUnixTimeMilliseconds()));
            var next = api.Execute(() => store.All(Kind).Select(waiting => (long?)waiting.Number("due")).Min());
            await signal.WaitAsync(next is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null, time, cancellationToken);
        }
    }

    private int Run(long until)
    {
        var due = store.All(Kind).Where(waiting => waiting.Number("due") <= until).ToList();
        foreach (var waiting in due)
        {
            store.Remove(waiting);
            if (store.Find(waiting.Text("target")) is { } target && actions.TryGetValue(waiting.Text("action"), out var action))
                action(target);
        }

        return due.Count;
    }
}
