namespace CreditSystem.Ledger.Submissions;

/// <summary>What one tenant has in the queue of a partition; the queue's lock guards it.</summary>
internal sealed class SubmissionLane
{
    // How much may still be taken in this turn.
    private int credit;

    public Queue<Submission> Waiting { get; } = new();

    /// <summary>What waits or is being committed.</summary>
    public int Depth { get; set; }

    /// <summary>Moves as much into a block as one turn of this tenant may.</summary>
    /// <returns>False where the block has no room for the rest of the turn.</returns>
    public bool TryFill(List<Submission> block, ref int weight, int most, int quantum)
    {
        if (credit < Waiting.Peek().Weight)
            credit += quantum;
        while (Waiting.TryPeek(out var next) && next.Weight <= credit)
        {
            if (weight > 0 && weight + next.Weight > most)
                return false;
            block.Add(Waiting.Dequeue());
            weight += next.Weight;
            credit -= next.Weight;
        }
        if (Waiting.Count == 0)
            credit = 0;
        return true;
    }
}
