using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace CreditSystem.Api.Binding;

/// <summary>A part of a request that has an outcome of its own, and can be malformed by itself.</summary>
/// <typeparam name="TSelf">The part.</typeparam>
internal interface IBatchItem<TSelf>
{
    /// <summary>Stands for a part that could not be read.</summary>
    /// <param name="raw">Its JSON in one form, which makes it another request than one with other JSON there.</param>
    /// <param name="problem">What is wrong with it.</param>
    static abstract TSelf Unreadable(string raw, string problem);
}

/// <summary>A request that is made of such parts.</summary>
internal interface IBatchBody<TSelf, TItem>
    where TSelf : class, IBatchBody<TSelf, TItem>
    where TItem : class, IBatchItem<TItem>
{
    /// <summary>The member that has the parts.</summary>
    static abstract string ItemsMember { get; }

    /// <summary>Whether one that is malformed keeps the others from being done.</summary>
    bool IsAtomic { get; }

    TSelf With(IReadOnlyList<TItem> items);
}

/// <summary>Reads a batch of which some items are malformed.</summary>
internal static class BatchBody
{
    /// <summary>The request; null where it is none with items of their own, or is malformed itself.</summary>
    public static T? TryRead<T>(JsonElement body, JsonTypeInfo<T> type)
        where T : class =>
        Array.Find(typeof(T).GetInterfaces(), one => one.IsGenericType && one.GetGenericTypeDefinition() == typeof(IBatchBody<,>))
            is { } batch
            ? (T?)typeof(Reader<,>).MakeGenericType(batch.GenericTypeArguments).GetMethod("TryRead")!.Invoke(null, [body, type])
            : null;

    private static class Reader<TBody, TItem>
        where TBody : class, IBatchBody<TBody, TItem>
        where TItem : class, IBatchItem<TItem>
    {
        public static TBody? TryRead(JsonElement body, JsonTypeInfo<TBody> type)
        {
            if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty(TBody.ItemsMember, out var items)
                || items.ValueKind != JsonValueKind.Array || Rest(body, type) is not { IsAtomic: false } rest)
                return null;
            var element = (JsonTypeInfo<TItem>)type.Options.GetTypeInfo(typeof(TItem));
            return rest.With([.. items.EnumerateArray().Select(item => Read(item, element))]);
        }

        // The request with no items: what is wrong with it then is wrong with all of it.
        private static TBody? Rest(JsonElement body, JsonTypeInfo<TBody> type)
        {
            var rest = new JsonObject();
            foreach (var member in body.EnumerateObject())
                if (!rest.TryAdd(
                    member.Name, member.Name == TBody.ItemsMember ? new JsonArray() : JsonNode.Parse(member.Value.GetRawText())))
                    return null;
            try
            {
                return rest.Deserialize(type);
            }
            catch (JsonException)
            {
                return null;
            }
        }

        private static TItem Read(JsonElement item, JsonTypeInfo<TItem> type)
        {
            try
            {
                if (item.Deserialize(type) is { } read)
                    return read;
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException)
            {
                // Described below.
            }
            return TItem.Unreadable(
                CanonicalJson.Of(item), JsonMismatch.Find(item, type) ?? "It does not match the expected schema.");
        }
    }
}
