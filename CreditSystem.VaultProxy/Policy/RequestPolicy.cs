using CreditSystem.ServiceDefaults.Certificates;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace CreditSystem.VaultProxy.Policy;

/// <summary>Decides what a request is, and whether it may pass. Nothing is forwarded that this has not said yes to.</summary>
internal sealed class RequestPolicy(IOptions<VaultProxyOptions> options, TimeProvider time, CertificateFolder? certificates = null)
{
    private readonly VaultRoute[] _routes = VaultRoutes.Create(options.Value);
    private readonly string[] _namespaces = [.. options.Value.Namespaces.Select(name => name.Trim('/'))];
    private readonly bool _requiresRequestHeader = options.Value.RequireVaultRequestHeader;
    private readonly bool _requiresCertificate = options.Value.RequireClientCertificate;

    /// <summary>Reads the request; <see cref="VaultRequest.Denial"/> tells why it may not pass.</summary>
    public VaultRequest Evaluate(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (HasTwoFramings(headers))
            return new VaultRequest { Denial = DenialReason.HeaderAmbiguous };

        var raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var method = VaultMethodNames.Parse(context.Request.Method);
        var reason = RequestTargetParser.Parse(raw, out var target);
        if (reason != DenialReason.None)
            return Refuse(raw, reason, method);

        var request = FindRoute(target, method);
        if (request.Denial != DenialReason.None)
            return request;

        if (_requiresCertificate && request.Route!.NeedsCertificate && !HasCertificate(context))
            return request with { Denial = DenialReason.ClientCertificateMissing };
        if (!TryReadNamespace(headers[VaultHeaders.Namespace], out var vaultNamespace))
            return request with { Denial = DenialReason.NamespaceNotAllowed };
        if (headers[VaultHeaders.Token].Count > 1 || headers.Authorization.Count > 1 || headers[VaultHeaders.WrapTtl].Count > 1)
            return request with { Denial = DenialReason.HeaderAmbiguous };
        if (_requiresRequestHeader && !IsStatus(request) && headers[VaultHeaders.Request] != "true")
            return request with { Denial = DenialReason.RequestHeaderMissing };

        return request with { Namespace = vaultNamespace, Denial = CheckBody(context, request) };
    }

    private bool HasCertificate(HttpContext context) => certificates is not null && context.HasTrustedClient(certificates, time);

    // The cleaned path is judged when it comes back, but one that could never be is refused now.
    private static VaultRequest Refuse(string raw, DenialReason reason, VaultMethods method)
    {
        var isUnclean = method != VaultMethods.None && reason is (DenialReason.PathMalformed or DenialReason.PathTraversal);
        return isUnclean && PathCleaner.Clean(raw) is { } cleaned && RequestTargetParser.Parse(cleaned, out _) == DenialReason.None
            ? new VaultRequest { Method = method, Operation = method, Denial = DenialReason.PathUnclean, CleanedTarget = cleaned }
            : new VaultRequest { Denial = reason };
    }

    private static bool IsStatus(in VaultRequest request) =>
        request.Route!.ForwardsToUnhealthy && (request.Method & (VaultMethods.Get | VaultMethods.Head)) != 0;

    private VaultRequest FindRoute(in RequestTarget target, VaultMethods method)
    {
        var denial = DenialReason.PathNotAllowed;
        VaultRoute? nearest = null;
        if (ForbiddenPaths.Contains(target.Path))
            return new VaultRequest { Denial = denial };

        foreach (var route in _routes)
        {
            if (!route.Path.Matches(target.Path, target.FirstEncoded)
                || (route.SpansNamespaces && ForbiddenPaths.Contains(target.Path, spansNamespaces: true)))
                continue;
            nearest ??= route;
            var judged = route.DropsUnknownQuery ? QueryRules.DropUnknown(target, route.Query) : target;
            if (!QueryRules.Check(judged.Query, route.Query, out var read)
                || (read.Lists != VaultMethods.None && method != VaultMethods.Get && method != read.Lists))
            {
                denial = DenialReason.QueryNotAllowed;
                continue;
            }

            var operation = read.Lists == VaultMethods.None ? method : read.Lists;
            if ((route.Methods & operation) == 0)
            {
                denial = DenialReason.MethodNotAllowed;
                continue;
            }

            return new VaultRequest { Route = route, Target = judged, Method = method, Operation = operation, Version = read.Version };
        }

        return new VaultRequest { Route = nearest, Target = target, Method = method, Denial = denial };
    }

    // The namespace is put before the path, so a namespace of the caller's choice would undo the allow-list.
    private bool TryReadNamespace(StringValues header, out string vaultNamespace)
    {
        vaultNamespace = "";
        if (header.Count == 0)
            return true;
        if (header.Count > 1)
            return false;
        vaultNamespace = header.ToString().Trim('/');
        return vaultNamespace is "" or "root" || Array.IndexOf(_namespaces, vaultNamespace) >= 0;
    }

    // RFC 9112, section 6.3: possibly a request smuggled in the body of another. Kestrel goes by the chunks, and renames the length.
    private static bool HasTwoFramings(IHeaderDictionary headers) =>
        headers.TransferEncoding.Count > 0 && (headers.ContentLength is not null || headers.ContainsKey("X-Content-Length"));

    private static DenialReason CheckBody(HttpContext context, in VaultRequest request)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true })
            return DenialReason.None;
        if ((request.Method & (VaultMethods.Write | VaultMethods.Patch | VaultMethods.Delete)) == 0)
            return DenialReason.BodyNotAllowed;
        return context.Request.ContentLength > request.Route!.BodyLimitBytes ? DenialReason.BodyTooLarge : DenialReason.None;
    }
}
