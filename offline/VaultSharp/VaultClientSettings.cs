using VaultSharp.V1.AuthMethods;

namespace VaultSharp;

public class VaultClientSettings
{
    public VaultClientSettings(string vaultServerUriWithPort, IAuthMethodInfo authMethodInfo)
    {
        VaultServerUriWithPort = vaultServerUriWithPort;
        AuthMethodInfo = authMethodInfo;
    }

    public string VaultServerUriWithPort { get; }

    public IAuthMethodInfo AuthMethodInfo { get; }

    public bool UseVaultTokenHeaderInsteadOfAuthorizationHeader { get; set; }

    public string Namespace { get; set; }

    public Func<HttpMessageHandler, HttpClient> MyHttpClientProviderFunc { get; set; }
}
