namespace CreditSystem.Cli.Bootstrap;

/// <summary>Says, one line each, what is there and what changes, by name and never by value; in a dry run nothing is done.</summary>
internal sealed class ChangeReporter(TextWriter output, bool isDryRun)
{
    public bool IsDryRun { get; } = isDryRun;

    public int Count { get; private set; }

    public void Keep(string what) => output.WriteLine($"= {what}");

    /// <summary>How many things stand in the way of a run that a dry run has found.</summary>
    public int Objections { get; private set; }

    public void Object(string what)
    {
        Objections++;
        output.WriteLine($"! {what}");
    }

    public void Say(string line) => output.WriteLine($"  {line}");

    public Task AddAsync(string what, Func<Task> apply) => ApplyAsync('+', what, apply);

    public Task ChangeAsync(string what, Func<Task> apply) => ApplyAsync('~', what, apply);

    private async Task ApplyAsync(char sign, string what, Func<Task> apply)
    {
        if (!IsDryRun)
            await apply();
        Count++;
        await output.WriteLineAsync($"{sign} {what}");
    }
}
