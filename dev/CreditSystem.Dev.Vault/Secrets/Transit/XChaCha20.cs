using System.Buffers.Binary;
using System.Numerics;

namespace CreditSystem.Dev.Vault.Secrets.Transit;

/// <summary>HChaCha20, which turns a key and half of a long nonce into a key for the short rest (draft-irtf-cfrg-xchacha-03).</summary>
internal static class XChaCha20
{
    public const int NonceBytes = 24;

    /// <summary>The key and the nonce of ChaCha20-Poly1305 for a key and a nonce of XChaCha20-Poly1305.</summary>
    public static (byte[] Key, byte[] Nonce) Derive(byte[] key, ReadOnlySpan<byte> nonce)
    {
        Span<uint> state = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        for (var i = 0; i < 8; i++)
            state[4 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key.AsSpan(i * 4));
        for (var i = 0; i < 4; i++)
            state[12 + i] = BinaryPrimitives.ReadUInt32LittleEndian(nonce[(i * 4)..]);
        for (var round = 0; round < 10; round++)
        {
            for (var i = 0; i < 4; i++)
                Quarter(state, i, 4 + i, 8 + i, 12 + i);
            for (var i = 0; i < 4; i++)
                Quarter(state, i, 4 + ((i + 1) % 4), 8 + ((i + 2) % 4), 12 + ((i + 3) % 4));
        }

        var derived = new byte[32];
        for (var i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(derived.AsSpan(i * 4), state[i]);
            BinaryPrimitives.WriteUInt32LittleEndian(derived.AsSpan(16 + (i * 4)), state[12 + i]);
        }

        return (derived, [0, 0, 0, 0, .. nonce[16..]]);
    }

    private static void Quarter(Span<uint> state, int a, int b, int c, int d)
    {
        state[a] += state[b];
        state[d] = BitOperations.RotateLeft(state[d] ^ state[a], 16);
        state[c] += state[d];
        state[b] = BitOperations.RotateLeft(state[b] ^ state[c], 12);
        state[a] += state[b];
        state[d] = BitOperations.RotateLeft(state[d] ^ state[a], 8);
        state[c] += state[d];
        state[b] = BitOperations.RotateLeft(state[b] ^ state[c], 7);
    }
}
