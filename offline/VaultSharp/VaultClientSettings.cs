using VaultSharp.V1.AuthMethods;
using VaultSharp.V1.SecretsEngines;

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

    public TimeSpan? VaultServiceTimeout { get; set; }

    public Action<HttpClient, HttpRequestMessage> BeforeApiRequestAction { get; set; }

    public Action<HttpResponseMessage> AfterApiResponseAction { get; set; }

    public bool UseVaultTokenHeaderInsteadOfAuthorizationHeader { get; set; }

    public string Namespace { get; set; }

    public Func<HttpMessageHandler, HttpClient> MyHttpClientProviderFunc { get; set; }

    public SecretsEngineMountPoints SecretsEngineMountPoints { get; set; } = new();
}
