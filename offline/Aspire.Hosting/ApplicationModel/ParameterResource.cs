using System.Security.Cryptography;
using Aspire.Hosting.Publishing;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value that comes from outside: configuration, user secrets, the command line.</summary>
/// <param name="name">Unique name; its configuration key is <c>Parameters:name</c>.</param>
/// <param name="callback">Finds the value.</param>
/// <param name="secret">Whether it must not be shown.</param>
public class ParameterResource(string name, Func<ParameterDefault?, string> callback, bool secret = false)
    : Resource(name), IValueProvider, IManifestExpressionProvider
{
    private string? _value;

    /// <summary>The value where none is given.</summary>
    public ParameterDefault? Default { get; set; }

    /// <summary>Whether it must not be shown.</summary>
    public bool Secret { get; } = secret;

    /// <summary>Whether it is a connection string.</summary>
    public bool IsConnectionString { get; set; }

    /// <inheritdoc/>
    public string ValueExpression => $"{{{Name}.value}}";

    /// <inheritdoc/>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken)
    {
        lock (callback)
            return ValueTask.FromResult<string?>(_value ??= callback(Default));
    }
}

/// <summary>The value of a parameter where none is given.</summary>
public abstract class ParameterDefault
{
    /// <summary>Makes the value.</summary>
    public abstract string GetDefaultValue();

    /// <summary>Tells a deployment tool how to make the value.</summary>
    public abstract void WriteToManifest(ManifestPublishingContext context);
}

/// <summary>A random value.</summary>
public sealed class GenerateParameterDefault : ParameterDefault
{
    private const string LowerCharacters = "abcdefghjkmnpqrstuvwxyz";
    private const string UpperCharacters = "ABCDEFGHJKMNPQRSTUVWXYZ";
    private const string NumericCharacters = "0123456789";
    private const string SpecialCharacters = "-_.{}~()*+!";

    /// <summary>Least number of characters; more than zero.</summary>
    public int MinLength { get; set; }

    /// <summary>Whether there are special characters among them.</summary>
    public bool Special { get; set; } = true;

    /// <inheritdoc/>
    public override string GetDefaultValue() =>
        RandomNumberGenerator.GetString(LowerCharacters + UpperCharacters + NumericCharacters + (Special ? SpecialCharacters : ""), MinLength);

    /// <inheritdoc/>
    public override void WriteToManifest(ManifestPublishingContext context)
    {
        context.Writer.WriteStartObject("generate");
        context.Writer.WriteNumber("minLength", MinLength);
        if (!Special)
            context.Writer.WriteBoolean("special", Special);
        context.Writer.WriteEndObject();
    }
}
