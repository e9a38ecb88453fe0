namespace CreditSystem.Dev.Mongo.Auth;

/// <summary>What a connection knows about its client.</summary>
internal sealed class ClientSession(int connectionId)
{
    public int ConnectionId => connectionId;

    /// <summary>Null until the client has authenticated. A changed password leaves it as it is, a dropped user makes it worthless.</summary>
    public string? UserId { get; set; }

    public ScramConversation? Conversation { get; set; }
}
