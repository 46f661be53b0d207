using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Protocol.Windows;

/// <summary>Properties of a head.</summary>
[Flags]
public enum HeadFlags : byte
{
    /// <summary>More parts may follow.</summary>
    None = 0,

    /// <summary>No part follows in this window: its root is the window root.</summary>
    Last = 1,
}

/// <summary>The broadcaster's statement of the parts of a window so far (spec/window.md). Times are Unix ms.</summary>
public readonly record struct Head(
    TrackKey Track,
    ulong Run,
    uint Window,
    ushort Count,
    Hash32 Root,
    ulong ByteLength,
    uint LeafCount,
    Hash32 Prev,
    Hash32 InitHash,
    ulong Time,
    HeadFlags Flags)
{
    /// <summary>The EIP-712 type.</summary>
    public const string Type =
        "Head(uint256 stream,uint64 run,uint16 track,uint32 window,uint16 count,bytes32 root,uint64 byteLength,uint32 leafCount,bytes32 prev,bytes32 initHash,uint64 time,uint8 flags)";

    private static readonly Hash32 TypeHash = Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(Type));

    /// <summary>Whether this head closes its window.</summary>
    public bool IsLast => (Flags & HeadFlags.Last) != 0;

    /// <summary>EIP-712 hashStruct.</summary>
    public Hash32 StructHash()
    {
        Span<byte> buffer = stackalloc byte[13 * 32];
        return new StructWriter(buffer, TypeHash)
            .Add(Track.Stream).Add(Run).Add(Track.Track).Add(Window).Add(Count).Add(Root).Add(ByteLength).Add(LeafCount)
            .Add(Prev).Add(InitHash).Add(Time).Add((byte)Flags).Hash();
    }

    /// <summary>EIP-712 digest in the StreamKeys domain.</summary>
    public Hash32 Digest(Eip712Domain streamKeys) => streamKeys.Digest(StructHash());
}

/// <summary>A head with its signature and signer.</summary>
public sealed record SignedHead(Head Head, Hash32 Digest, Signature Signature, Address Signer);
