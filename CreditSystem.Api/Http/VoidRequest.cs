namespace CreditSystem.Api.Http;

/// <summary>Voids what the route names. There is nothing to say about it, so the body may be left out.</summary>
public sealed record VoidRequest;
