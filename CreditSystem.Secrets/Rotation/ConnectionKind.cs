namespace CreditSystem.Secrets.Rotation;

/// <summary>What makes clients of one kind.</summary>
/// <param name="Name">The name of the connection string.</param>
/// <param name="Section">The secret that it comes from.</param>
/// <param name="AddClient">Adds the client by Aspire's integration; the number tells generations apart.</param>
/// <param name="ConnectAsync">Connects anew and asks the server something, beside all clients; it throws where that does not work.</param>
/// <param name="IsAuthenticationFailure">Whether the server has refused the credentials, and so has executed nothing.</param>
/// <param name="IsUnsent">Whether an operation found no connection and was never sent; credentials may or may not be why.</param>
public sealed record ConnectionKind(
    string Name, string Section, Action<IHostApplicationBuilder, ConnectionTarget, int> AddClient, Func<ConnectionTarget, CancellationToken, Task> ConnectAsync,
    Func<Exception, bool> IsAuthenticationFailure, Func<Exception, bool> IsUnsent);

/// <summary>What a server says to a connection that has just been made.</summary>
/// <param name="IsAccepted">It lets us in.</param>
/// <param name="IsRefused">It does not, because of the credentials.</param>
/// <param name="Reason">Why not, without the server's words.</param>
internal readonly record struct ProbeAnswer(bool IsAccepted, bool IsRefused, string Reason);
