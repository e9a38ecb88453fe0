namespace CreditSystem.Ledger.Simulation;

/// <param name="Violation">What must never be, and was; null where all held.</param>
/// <param name="Digest">The hash of the last block: the same for the same seed.</param>
public sealed record SimulationResult(int Seed, string? Violation, string Digest, int Blocks, int Commands, long Steps);
