namespace CreditSystem.Bench.Chaos;

/// <summary>What is to fail.</summary>
/// <param name="Name">One of <see cref="Killer.All"/>.</param>
/// <param name="Every">How often; null: by turns at random with the others of the kind.</param>
internal sealed record Victim(string Name, TimeSpan? Every)
{
    /// <summary><c>owner=20</c>: every 20 s. <c>owner</c>: now and then.</summary>
    public static Victim Parse(string text) => text.Split('=') is [var name, var seconds]
        ? new Victim(name, TimeSpan.FromSeconds(double.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture)))
        : new Victim(text, Every: null);
}

/// <summary>
/// When what fails next: each that has a period in step with it, the others one by one at random, each of them once for certain.
/// </summary>
internal sealed class Timetable
{
    private readonly Dictionary<Victim, TimeSpan> due = [];
    private readonly List<Victim> others;
    private readonly Queue<Victim> first;
    private readonly TimeSpan interval;
    private readonly Random random;
    private TimeSpan nextOther;

    /// <param name="victims">All of them.</param>
    /// <param name="interval">The least time between two of those without a period; the longest is twice that.</param>
    /// <param name="random">Chooses.</param>
    public Timetable(IReadOnlyList<Victim> victims, TimeSpan interval, Random random)
    {
        (this.interval, this.random) = (interval, random);
        // Apart from each other, so that not all fail at once in the first second of a period.
        for (var i = 0; i < victims.Count; i++)
            if (victims[i].Every is { } every)
                due[victims[i]] = every * ((2 * i + 1) / (2.0 * victims.Count));
        others = [.. victims.Where(victim => victim.Every is null)];
        first = new Queue<Victim>(others);
        nextOther = Pause();
    }

    /// <summary>Whether something that is to happen once has not happened.</summary>
    public bool HasFirst => first.Count > 0;

    /// <param name="now">The time since the beginning.</param>
    /// <returns>What fails when, and whether it does so where the time is up before.</returns>
    public (Victim Victim, TimeSpan At, bool IsCertain) Next(TimeSpan now)
    {
        var (victim, at) = due.Count > 0
            ? due.MinBy(entry => entry.Value)
            : KeyValuePair.Create<Victim, TimeSpan>(null!, TimeSpan.MaxValue);
        if (others.Count > 0 && nextOther < at)
        {
            at = nextOther;
            nextOther = (at > now ? at : now) + Pause();
            return first.TryDequeue(out var once) ? (once, at, true) : (others[random.Next(others.Count)], at, false);
        }
        due[victim] = at + victim.Every!.Value;
        return (victim, at, false);
    }

    private TimeSpan Pause() => interval * (1 + random.NextDouble());
}
