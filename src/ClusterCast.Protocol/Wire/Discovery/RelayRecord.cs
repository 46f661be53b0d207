using System.Buffers;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Protocol.Wire;

/// <summary>How an endpoint is reached.</summary>
public enum EndpointKind : byte
{
    /// <summary><c>tls://host:port</c>, between nodes.</summary>
    Tls = 1,

    /// <summary><c>ws://</c> or <c>wss://</c>, for browsers.</summary>
    WebSocket = 2,

    /// <summary><c>quic://host:port</c>, between nodes.</summary>
    Quic = 3,

    /// <summary><c>https://host:port/clustercast#HASH[,HASH]</c> for browsers; each HASH is the base64url SHA-256 of a certificate that may answer.</summary>
    WebTransport = 4,

    /// <summary><c>punch://NODE</c>, between nodes: that relay arranges a direct connection to one that cannot be dialed.</summary>
    Punch = 5,
}

/// <summary>One address of a relay.</summary>
public readonly record struct Endpoint(EndpointKind Kind, string Url);

/// <summary>A track that a relay carries and the windows it has cached.</summary>
public readonly record struct CarriedTrack(TrackKey Track, uint OldestWindow, uint NewestWindow);

/// <summary>What a relay says of itself, signed and expiring (spec/wire.md, spec/signing.md).</summary>
/// <param name="Node">Node id.</param>
/// <param name="Payout">Where its earnings go.</param>
/// <param name="Price">Micro-USDC per 1e9 bytes.</param>
/// <param name="Issued">Unix ms.</param>
/// <param name="Expires">Unix ms, at most 90 s after <paramref name="Issued"/>.</param>
/// <param name="Endpoints">1 to 8 addresses.</param>
/// <param name="Tracks">At most 64 tracks.</param>
/// <param name="Signature">The node key's.</param>
public sealed record RelayRecord(
    Address Node, Address Payout, ulong Price, ulong Issued, ulong Expires, IReadOnlyList<Endpoint> Endpoints, IReadOnlyList<CarriedTrack> Tracks, Signature Signature) : IMessage
{
    /// <summary>The EIP-712 type.</summary>
    public const string EipType =
        "RelayRecord(address node,address payout,uint64 price,uint64 issued,uint64 expires,bytes32 endpoints,bytes32 tracks)";

    private static readonly Hash32 TypeHash = Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(EipType));

    /// <inheritdoc/>
    public FrameType Type => FrameType.Record;

    /// <summary>Signs a record with the node's key. Throws <see cref="ArgumentException"/> for a number of endpoints or tracks that no peer would read.</summary>
    public static RelayRecord Sign(
        PrivateKey nodeKey, Address payout, ulong price, ulong issued, ulong expires, IReadOnlyList<Endpoint> endpoints, IReadOnlyList<CarriedTrack> tracks, Eip712Domain relayStaking)
    {
        if (endpoints.Count is 0 or > WireLimits.Endpoints || tracks.Count > WireLimits.Tracks)
        {
            throw new ArgumentException(
                $"A relay record has 1 to {WireLimits.Endpoints} endpoints and at most {WireLimits.Tracks} tracks, got {endpoints.Count} and {tracks.Count}.");
        }

        var unsigned = new RelayRecord(nodeKey.Address, payout, price, issued, expires, endpoints, tracks, default);
        return unsigned with { Signature = nodeKey.Sign(unsigned.Digest(relayStaking)) };
    }

    /// <summary>Whether the node signed it.</summary>
    public bool IsSigned(Eip712Domain relayStaking) => Secp256k1.TryRecover(Digest(relayStaking), Signature, out var signer) && signer == Node;

    /// <summary>EIP-712 hashStruct.</summary>
    public Hash32 StructHash()
    {
        Span<byte> buffer = stackalloc byte[8 * 32];
        return new StructWriter(buffer, TypeHash)
            .Add(Node).Add(Payout).Add(Price).Add(Issued).Add(Expires).Add(ListHash(WriteEndpoints)).Add(ListHash(WriteTracks)).Hash();
    }

    /// <summary>EIP-712 digest in the RelayStaking domain.</summary>
    public Hash32 Digest(Eip712Domain relayStaking) => relayStaking.Digest(StructHash());

    /// <inheritdoc/>
    public void Write(BodyWriter body)
    {
        WriteEndpoints(body);
        WriteTracks(body);
        body.Address(Node).Address(Payout).U64(Price).U64(Issued).U64(Expires).Signature(Signature);
    }

    /// <summary>Reads a body. Throws <see cref="WireException"/>. The signature is not checked.</summary>
    public static RelayRecord Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var endpoints = new Endpoint[Count(reader.U8(), 1, WireLimits.Endpoints)];
        for (var i = 0; i < endpoints.Length; i++)
        {
            endpoints[i] = new Endpoint((EndpointKind)reader.U8(), reader.Text());
        }

        var tracks = new CarriedTrack[Count(reader.U8(), 0, WireLimits.Tracks)];
        for (var i = 0; i < tracks.Length; i++)
        {
            tracks[i] = new CarriedTrack(new TrackKey(reader.Stream(), reader.U16()), reader.U32(), reader.U32());
        }

        var record = new RelayRecord(reader.Address(), reader.Address(), reader.U64(), reader.U64(), reader.U64(), endpoints, tracks, reader.Signature());
        reader.End();
        return record.Expires > record.Issued && record.Expires - record.Issued <= WireLimits.RecordLifeMs
            ? record
            : throw new WireException($"A relay record lives at most {WireLimits.RecordLifeMs} ms.");
    }

    private static int Count(byte count, int atLeast, int atMost) => count >= atLeast && count <= atMost
        ? count
        : throw new WireException($"A list of {count} entries: {atLeast} to {atMost} are allowed.");

    private static Hash32 ListHash(Action<BodyWriter> write)
    {
        var list = new ArrayBufferWriter<byte>();
        write(new BodyWriter(list));
        return Keccak256.Hash(list.WrittenSpan);
    }

    private void WriteEndpoints(BodyWriter body)
    {
        body.U8((byte)Endpoints.Count);
        foreach (var endpoint in Endpoints)
        {
            body.U8((byte)endpoint.Kind).Text(endpoint.Url);
        }
    }

    private void WriteTracks(BodyWriter body)
    {
        body.U8((byte)Tracks.Count);
        foreach (var (track, oldest, newest) in Tracks)
        {
            body.Stream(track.Stream).U16(track.Track).U32(oldest).U32(newest);
        }
    }
}
