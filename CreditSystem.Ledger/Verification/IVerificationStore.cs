namespace CreditSystem.Ledger.Verification;

/// <summary>
/// Where verification keeps how far it has come: a mark per log, and what the entries of each account add up to as of it.
/// All of it can be lost: the log is read from its first block then.
/// </summary>
public interface IVerificationStore
{
    /// <summary>The mark of a log; where there is none that is as it was sealed, one at the beginning.</summary>
    Task<VerificationMark> MarkAsync(int partition, CancellationToken cancellationToken);

    /// <summary>
    /// Begins again at the first block, without what has been stored, unless another replica has done so since the mark was read.
    /// Two that begin at once store the same.
    /// </summary>
    Task<VerificationMark> RestartAsync(VerificationMark incomplete, CancellationToken cancellationToken);

    /// <summary>
    /// The accounts among <paramref name="ids"/> that have been stored with the mark's generation and are as they were sealed.
    /// </summary>
    Task<IReadOnlyList<VerifiedAccount>> LoadAsync(
        VerificationMark mark, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken);

    /// <summary>Some accounts in the order of their ids, after one.</summary>
    Task<IReadOnlyList<VerifiedAccount>> PageAsync(VerificationMark mark, Guid after, int limit, CancellationToken cancellationToken);

    /// <summary>Stores accounts and then the mark; a mark that has come further stays.</summary>
    Task SaveAsync(VerificationMark mark, IReadOnlyCollection<VerifiedAccount> accounts, CancellationToken cancellationToken);

    /// <summary>The last time that a whole log was read; null before the first.</summary>
    Task<FullVerification?> FullAsync(int partition, CancellationToken cancellationToken);

    Task SaveFullAsync(int partition, FullVerification full, CancellationToken cancellationToken);
}
