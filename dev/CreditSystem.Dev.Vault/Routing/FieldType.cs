namespace CreditSystem.Dev.Vault.Routing;

/// <summary>What a parameter of a request must be, or be convertible to.</summary>
internal enum FieldType
{
    Text,
    Integer,
    Flag,
    Duration,

    /// <summary>A JSON object.</summary>
    Map,

    /// <summary>Names with text values, as a JSON object or as such in a text.</summary>
    TextMap,

    /// <summary>A list of texts, or a comma-separated text.</summary>
    Names,

    /// <summary>A list of numbers, or a comma-separated text.</summary>
    Integers,

    /// <summary>Whatever the handler makes of it.</summary>
    Any,
}
