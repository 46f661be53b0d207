using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Discovery.Dht;

/// <summary>
/// A key of the DHT (spec/discovery.md): a SHA-1 hash, as BEP 5 wants it. It only names a place; nothing rests on its strength. Each subject has
/// <see cref="Copies"/> topics at unrelated places, so that whoever surrounds one does not hide the subject, and the lookups for them start and end at different nodes.
/// </summary>
public readonly struct DhtTopic : IEquatable<DhtTopic>
{
    /// <summary>Topics of a subject.</summary>
    public const int Copies = 3;

    /// <summary>Bytes of a topic.</summary>
    public const int Size = DhtNative.IdSize;

    private const byte StreamKind = 1;
    private const byte RegionKind = 2;

    private readonly DhtNative.TopicBytes _bytes;

    private DhtTopic(ReadOnlySpan<byte> bytes) => bytes.CopyTo(_bytes);

    /// <summary>The bytes.</summary>
    public byte[] ToArray() => ((ReadOnlySpan<byte>)_bytes).ToArray();

    /// <summary>From 20 bytes. Throws <see cref="ArgumentException"/> for another length.</summary>
    public static DhtTopic From(ReadOnlySpan<byte> bytes) => bytes.Length == Size
        ? new DhtTopic(bytes)
        : throw new ArgumentException($"A topic has {Size} bytes, got {bytes.Length}.", nameof(bytes));

    /// <summary>The topics of the relays that carry a stream.</summary>
    public static IReadOnlyList<DhtTopic> OfStream(Eip712Domain relayStaking, StreamId stream) => Make(StreamKind, relayStaking, stream.Value.Span.ToArray());

    /// <summary>The topics of the relays in a region; the empty region is the whole deployment.</summary>
    public static IReadOnlyList<DhtTopic> OfRegion(Eip712Domain relayStaking, string region) => Make(RegionKind, relayStaking, Encoding.UTF8.GetBytes(region));

    /// <inheritdoc/>
    public bool Equals(DhtTopic other) => ((ReadOnlySpan<byte>)_bytes).SequenceEqual(other._bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is DhtTopic other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(_bytes);

    /// <summary>40 hex digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(_bytes);

    /// <summary>Equality of all bytes.</summary>
    public static bool operator ==(DhtTopic left, DhtTopic right) => left.Equals(right);

    /// <summary>Inequality of any byte.</summary>
    public static bool operator !=(DhtTopic left, DhtTopic right) => !left.Equals(right);

    /// <summary>The bytes, valid as long as <paramref name="topic"/>.</summary>
    internal static ReadOnlySpan<byte> Span(in DhtTopic topic) => topic._bytes;

    private static DhtTopic[] Make(byte kind, Eip712Domain relayStaking, ReadOnlySpan<byte> subject)
    {
        var text = new ArrayBufferWriter<byte>();
        var topics = new DhtTopic[Copies];
        for (byte copy = 0; copy < Copies; copy++)
        {
            text.ResetWrittenCount();
            new BodyWriter(text).Raw("clustercast topic"u8).U8(kind).U64(relayStaking.ChainId).Address(relayStaking.VerifyingContract).U8(copy).Raw(subject);
#pragma warning disable CA5350 // BEP 5 names the hash.
            topics[copy] = new DhtTopic(SHA1.HashData(text.WrittenSpan));
#pragma warning restore CA5350
        }

        return topics;
    }
}
