using CreditSystem.Identity.PersonalData;
using CreditSystem.Identity.Users;
using CreditSystem.Secrets.Rotation;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Driver;

namespace CreditSystem.Cli.Administration;

/// <summary>
/// <c>vault rewrap</c>: brings all personal data under the newest key of the transit engine, after its rotation. It may run at any
/// time, and again.
/// </summary>
internal static class VaultRewrapCommand
{
    internal sealed record Result(int Users, int Rewritten);

    internal static Command Create(CommandHost host) =>
        CommandSession.CreateCommand(host, "rewrap", "Bring all personal data under the newest key of the transit engine", RunAsync);

    private static async Task<int> RunAsync(CommandSession session, CancellationToken cancellationToken)
    {
        var services = await session.ConnectAsync(cancellationToken, needsVault: true);
        var protector = services.GetRequiredService<PersonalDataProtector>();
        var (users, rewritten) = (0, 0);
        await services.GetRequiredService<MongoConnection>().ExecuteAsync(async (database, token) =>
        {
            var collection = database.GetCollection<User>(UserStore.CollectionName);
            using var cursor = await collection.Find(FilterDefinition<User>.Empty).ToCursorAsync(token);
            while (await cursor.MoveNextAsync(token))
            {
                foreach (var user in cursor.Current)
                {
                    users++;
                    rewritten += await RewrapAsync(collection, protector, user, token) ? 1 : 0;
                }
            }

            return true;
        }, cancellationToken);
        session.Parsed.Write(
            new Result(users, rewritten), output => output.WriteLine($"{rewritten} of {users} users rewritten under the newest key."));
        return CommandExitCodes.Done;
    }

    private static async Task<bool> RewrapAsync(IMongoCollection<User> collection, PersonalDataProtector protector, User user,
        CancellationToken cancellationToken)
    {
        var texts = await protector.RewrapManyAsync([user.Email, user.Username, user.Name, user.Phone], user.Id, cancellationToken);
        var change = Builders<User>.Update.Set(stored => stored.Email, texts[0]).Set(stored => stored.Username, texts[1])
            .Set(stored => stored.Name, texts[2]).Set(stored => stored.Phone, texts[3]);
        // A user that somebody has changed meanwhile has been encrypted anew.
        var result = await collection.UpdateOneAsync(
            stored => stored.Id == user.Id && stored.Email == user.Email && stored.Username == user.Username && stored.Name == user.Name
                && stored.Phone == user.Phone,
            change, cancellationToken: cancellationToken);
        return result.ModifiedCount > 0;
    }
}
