namespace CreditSystem.Ledger.Evaluation;

/// <summary>What was projected does not fit the log: the state is to be worked out from the first block.</summary>
public sealed class ProjectionLostException(string message) : Exception(message);
