namespace CreditSystem.Identity.Users;

/// <summary>Names the account that a user has from its registration on; who keeps the accounts supplies it.</summary>
public delegate Guid WalletOf(User user);
