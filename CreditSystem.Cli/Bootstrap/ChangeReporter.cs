namespace CreditSystem.Cli.Bootstrap;

/// <summary>Says, one line each, what is there and what changes, by name and never by value; in a dry run nothing is done.</summary>
/// <param name="output">Where to.</param>
/// <param name="isDryRun">Whether nothing is done.</param>
/// <param name="saysObjectionsOnly">For a look before a real run, whose own lines say the rest.</param>
internal sealed class ChangeReporter(TextWriter output, bool isDryRun, bool saysObjectionsOnly = false)
{
    public bool IsDryRun { get; } = isDryRun;

    /// <summary>One that does nothing, and says only what stands in the way.</summary>
    public ChangeReporter Planning() => new(output, isDryRun: true, saysObjectionsOnly: true);

    public int Count { get; private set; }

    public int Kept { get; private set; }

    public void Keep(string what)
    {
        Kept++;
        Write($"= {what}");
    }

    /// <summary>How many things stand in the way of a run that a dry run has found.</summary>
    public int Objections { get; private set; }

    public void Object(string what)
    {
        Objections++;
        output.WriteLine($"! {what}");
    }

    public void Say(string line) => Write($"  {line}");

    public Task AddAsync(string what, Func<Task> apply) => ApplyAsync('+', what, apply);

    public Task ChangeAsync(string what, Func<Task> apply) => ApplyAsync('~', what, apply);

    /// <summary>Adds what is not there, changes what is otherwise, and keeps what is as it should be.</summary>
    public Task EnsureAsync(string what, bool exists, bool isAsWanted, Func<Task> add, Func<Task>? change = null)
    {
        if (!exists)
            return AddAsync(what, add);
        if (!isAsWanted)
            return ChangeAsync(what, change ?? add);
        Keep(what);
        return Task.CompletedTask;
    }

    private async Task ApplyAsync(char sign, string what, Func<Task> apply)
    {
        if (!IsDryRun)
            await apply();
        Count++;
        Write($"{sign} {what}");
    }

    private void Write(string line)
    {
        if (!saysObjectionsOnly)
            output.WriteLine(line);
    }
}
