namespace CreditSystem.Api.Authentication;

/// <summary>401: which credential is missing or not good, and how to show one (RFC 6750, section 3).</summary>
internal static class CredentialProblem
{
    public static Task WriteAsync(HttpContext context, string code, string detail)
    {
        context.Response.Headers.WWWAuthenticate = code == ProblemCodes.AuthRequired ? "Bearer" : "Bearer error=\"invalid_token\"";
        return ApiProblems.Create(StatusCodes.Status401Unauthorized, code, detail).ExecuteAsync(context);
    }
}
