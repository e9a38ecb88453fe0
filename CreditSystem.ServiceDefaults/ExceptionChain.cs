namespace CreditSystem.ServiceDefaults;

public static class ExceptionChain
{
    /// <summary>The exception, then what has caused it, down to the first cause; of an aggregate all that it holds.</summary>
    public static IEnumerable<Exception> SelfAndInner(this Exception exception)
    {
        IEnumerable<Exception> causes = exception is AggregateException all ? all.InnerExceptions
            : exception.InnerException is { } inner ? [inner] : [];
        return [exception, .. causes.SelectMany(SelfAndInner)];
    }
}
