using System.Linq.Expressions;
using CreditSystem.Secrets.Rotation;
using MongoDB.Driver;

namespace CreditSystem.Identity;

/// <summary>
/// A collection of the current database. Its indexes are there before its first document is: what must be unique may not wait for an
/// operator.
/// </summary>
/// <param name="connection">Each operation runs on what is current then.</param>
/// <param name="name">The collection's.</param>
/// <param name="indexes">Made by the first write that may insert.</param>
public sealed class MongoSet<T>(MongoConnection connection, string name, params IEnumerable<CreateIndexModel<T>> indexes)
    where T : class
{
    private volatile bool created;

    /// <summary>Reads, or changes what is there.</summary>
    public Task<TResult> UseAsync<TResult>(
        Func<IMongoCollection<T>, CancellationToken, Task<TResult>> operation, CancellationToken cancellationToken) =>
        connection.ExecuteAsync((database, token) => operation(database.GetCollection<T>(name), token), cancellationToken);

    /// <summary>Inserts, or may insert.</summary>
    public Task<TResult> WriteAsync<TResult>(
        Func<IMongoCollection<T>, CancellationToken, Task<TResult>> operation, CancellationToken cancellationToken) =>
        UseAsync(async (all, token) =>
        {
            // Idempotent, so that two callers, or two replicas, may both do it.
            if (!created && indexes.Any())
                await all.Indexes.CreateManyAsync(indexes, token);
            created = true;
            return await operation(all, token);
        }, cancellationToken);

    public Task InsertAsync(T item, CancellationToken cancellationToken) => WriteAsync(async (all, token) =>
    {
        await all.InsertOneAsync(item, cancellationToken: token);
        return true;
    }, cancellationToken);

    /// <returns>False where one with a value that must be unique is there already.</returns>
    public async Task<bool> TryInsertAsync(T item, CancellationToken cancellationToken)
    {
        try
        {
            await InsertAsync(item, cancellationToken);
            return true;
        }
        catch (MongoWriteException failure) when (failure.WriteError.Category == ServerErrorCategory.DuplicateKey)
        {
            return false;
        }
    }

    /// <summary>The one that is meant, or the first of them; null for none.</summary>
    public Task<T?> FindAsync(Expression<Func<T, bool>> which, CancellationToken cancellationToken) =>
        UseAsync(async (all, token) => (T?)await all.Find(which).FirstOrDefaultAsync(token), cancellationToken);

    public Task<List<T>> ListAsync(Func<IMongoCollection<T>, IFindFluent<T, T>> find, CancellationToken cancellationToken) =>
        UseAsync((all, token) => find(all).ToListAsync(token), cancellationToken);

    /// <returns>It after the change; null where there is none.</returns>
    public Task<T?> ChangeAsync(
        Expression<Func<T, bool>> which, UpdateDefinition<T> change, CancellationToken cancellationToken,
        SortDefinition<T>? first = null) =>
        ChangeAsync(Builders<T>.Filter.Where(which), change, cancellationToken, first);

    /// <inheritdoc cref="ChangeAsync(Expression{Func{T, bool}}, UpdateDefinition{T}, CancellationToken, SortDefinition{T})"/>
    public Task<T?> ChangeAsync(
        FilterDefinition<T> which, UpdateDefinition<T> change, CancellationToken cancellationToken, SortDefinition<T>? first = null) =>
        UseAsync(async (all, token) => (T?)await all.FindOneAndUpdateAsync<T>(
            which, change, new() { ReturnDocument = ReturnDocument.After, Sort = first }, token), cancellationToken);
}
