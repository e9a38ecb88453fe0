using System.Security.Cryptography;
using System.Text;

namespace CreditSystem.Secrets.Tests;

public sealed class AesGcmEnvelopeTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(number => (byte)number)];

    /// <summary>Made by node's crypto: what was sealed before can be opened.</summary>
    private const string OfAnotherLibrary = "AAECAwQFBgcICQoLIW2jaeWNrWn+JOR21iZxs9WhLYNdYn7MCbjp";

    [Fact]
    public void Opens_what_another_library_has_sealed() =>
        Assert.Equal("four horses", Encoding.UTF8.GetString(AesGcmEnvelope.Open(Key, Convert.FromBase64String(OfAnotherLibrary), "owner"u8)));

    [Fact]
    public void Seals_the_same_into_another_envelope_each_time()
    {
        var (first, second) = (AesGcmEnvelope.Seal(Key, "a"u8, "owner"u8), AesGcmEnvelope.Seal(Key, "a"u8, "owner"u8));

        Assert.NotEqual(first, second);
        Assert.Equal("a"u8.ToArray(), AesGcmEnvelope.Open(Key, first, "owner"u8));
        Assert.Equal("a"u8.ToArray(), AesGcmEnvelope.Open(Key, second, "owner"u8));
    }

    [Fact]
    public void Opens_nothing_that_was_changed_or_is_bound_to_something_else()
    {
        var envelope = AesGcmEnvelope.Seal(Key, "a secret"u8, "owner"u8);

        Assert.ThrowsAny<CryptographicException>(() => AesGcmEnvelope.Open(Key, envelope, "another"u8));
        for (var position = 0; position < envelope.Length; position++)
        {
            envelope[position] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => AesGcmEnvelope.Open(Key, envelope, "owner"u8));
            Assert.ThrowsAny<CryptographicException>(() => AesGcmEnvelope.Open(Key, envelope.AsSpan(0, position), "owner"u8));
            envelope[position] ^= 1;
        }
    }
}
