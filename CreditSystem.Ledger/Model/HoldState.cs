namespace CreditSystem.Ledger.Model;

public enum HoldStatus
{
    Active = 0,
    Captured = 1,
    Voided = 2,
    Expired = 3,
}

/// <summary>A hold. <see cref="Reservations"/> is what is still set aside, in the order in which captures draw it.</summary>
public sealed record HoldState(
    Guid Id, Guid Account, AccountRef Destination, long Amount, long Captured, HoldStatus Status,
    long ExpiresAt, long CreatedAt, LotChange[] Reservations)
{
    public long Remaining => Reservations.Sum(part => part.Pinned);
}
