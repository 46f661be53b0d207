using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Protocol.Evidence;

/// <summary>Evidence as bytes on the wire (spec/wire.md): a kind and the fields of its file, in their order there. At most 1,044 bytes.</summary>
internal static class EvidenceCodec
{
    // The path in a tree of at most 256.
    private const int Siblings = 8;

    private enum Kind : byte
    {
        FalseReceipt = 1,
        Equivocation = 2,
        ConflictingParts = 3,
        PartsBeyondLast = 4,
    }

    public static void Write(BodyWriter body, Offence offence)
    {
        switch (offence)
        {
            case FalseReceipt o:
                body.U8((byte)Kind.FalseReceipt);
                Write(body, o.Head).Signature(o.HeadSignature);
                Write(body, o.Receipt).Signature(o.ReceiptSignature);
                break;
            case Equivocation o:
                body.U8((byte)Kind.Equivocation);
                Write(body, o.First).Signature(o.FirstSignature);
                Write(body, o.Second).Signature(o.SecondSignature);
                break;
            case ConflictingParts o:
                body.U8((byte)Kind.ConflictingParts).U16(o.Index);
                Write(Write(body, o.First).Signature(o.FirstSignature), o.FirstPart);
                Write(Write(body, o.Second).Signature(o.SecondSignature), o.SecondPart);
                break;
            case PartsBeyondLast o:
                body.U8((byte)Kind.PartsBeyondLast);
                Write(body, o.Last).Signature(o.LastSignature);
                Write(body, o.Beyond).Signature(o.BeyondSignature);
                break;
            default:
                throw new ArgumentException($"{offence.GetType().Name} has no wire format.", nameof(offence));
        }
    }

    public static Offence Read(ref BodyReader body)
    {
        var kind = (Kind)body.U8();
        switch (kind)
        {
            case Kind.FalseReceipt:
                return new FalseReceipt(Head(ref body), body.Signature(), Receipt(ref body), body.Signature());
            case Kind.Equivocation:
                return new Equivocation(Head(ref body), body.Signature(), Head(ref body), body.Signature());
            case Kind.ConflictingParts:
                return new ConflictingParts(
                    body.U16(), Head(ref body), body.Signature(), Part(ref body), Head(ref body), body.Signature(), Part(ref body));
            case Kind.PartsBeyondLast:
                return new PartsBeyondLast(Head(ref body), body.Signature(), Head(ref body), body.Signature());
            default:
                throw new WireException($"{(byte)kind} is no kind of evidence.");
        }
    }

    private static BodyWriter Write(BodyWriter body, in Head head) => body
        .Stream(head.Track.Stream).U64(head.Run).U16(head.Track.Track).U32(head.Window).U16(head.Count).Hash(head.Root).U64(head.ByteLength).U32(head.LeafCount)
        .Hash(head.Prev).Hash(head.InitHash).U64(head.Time).U8((byte)head.Flags);

    private static BodyWriter Write(BodyWriter body, in Receipt receipt) => body
        .Address(receipt.Relay).Address(receipt.Purse).Hash(receipt.HeadDigest).Hash(receipt.ServedRoot).U64(receipt.ByteLength).U64(receipt.Time);

    private static BodyWriter Write(BodyWriter body, PartProof proof) =>
        body.Hash(proof.Node).U8((byte)proof.Siblings.Count).Hashes([.. proof.Siblings]);

    private static Head Head(ref BodyReader body)
    {
        var stream = body.Stream();
        var run = body.U64();
        var track = new TrackKey(stream, body.U16());
        return new Head(
            track, run, body.U32(), body.U16(), body.Hash(), body.U64(), body.U32(), body.Hash(), body.Hash(), body.U64(), (HeadFlags)body.U8());
    }

    private static Receipt Receipt(ref BodyReader body) =>
        new(body.Address(), body.Address(), body.Hash(), body.Hash(), body.U64(), body.U64());

    private static PartProof Part(ref BodyReader body)
    {
        var node = body.Hash();
        var siblings = new Hash32[body.U8()];
        if (siblings.Length > Siblings)
        {
            throw new WireException($"A proof of {siblings.Length} siblings: a tree of 256 has at most {Siblings}.");
        }

        for (var i = 0; i < siblings.Length; i++)
        {
            siblings[i] = body.Hash();
        }

        return new PartProof(node, siblings);
    }
}
