namespace CreditSystem.Api.Features.Accounts;

/// <summary>Lets a read of history wait for its turn while commands wait.</summary>
internal sealed class HistoryTurnFilter(CreditLedger ledger) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        using var turn = await ledger.HistoryTurns.EnterAsync(context.HttpContext.RequestAborted);
        return await next(context);
    }
}
