namespace CreditSystem.Ledger.Model;

/// <summary>
/// The versions of the rules by which commands are decided. A block carries the version that it was made by, so that the log
/// can be evaluated again, to the same bytes, however the rules change. Never change what a released version does.
/// </summary>
public static class RulesVersion
{
    /// <summary>Blocks of this version carry no number: they are from before versions were introduced.</summary>
    public const int First = 1;

    /// <summary>
    /// An account is identified once, after its names are resolved; grants keep their terms when they move to another holder;
    /// a reversal says what became of the credits; references of users are their own; expiries are posted in the order in
    /// which they were due.
    /// </summary>
    public const int Second = 2;

    /// <summary>
    /// Decides as the second does. The records of a block lie in its document as one binary, which the database does not take
    /// apart; a release that knows two versions takes such a document for damaged, so it is not written before this is set.
    /// </summary>
    public const int Third = 3;

    /// <summary>
    /// Accounts may owe: commands take back what a purchase gave, collect what is owed and forgive it. Without such commands it
    /// decides as the third does; before it is set they are answered 503 and leave no trace.
    /// Besides, the records of a block are packed in its document, to a quarter of their bytes, which is what the database then writes.
    /// </summary>
    public const int Fourth = 4;

    /// <summary>
    /// Accounts have a display name and metadata, and these and the credit limit can be changed. Without such commands it decides as the
    /// fourth does; before it is set they are answered 503 and leave no trace.
    /// </summary>
    public const int Fifth = 5;

    /// <summary>The newest version that this program knows: what a new database is written by.</summary>
    public const int Newest = Fifth;
}
