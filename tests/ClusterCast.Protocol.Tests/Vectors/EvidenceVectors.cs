using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Protocol.Tests.Vectors;

/// <summary>Evidence of every kind that proves an offence, and evidence that proves none, with the contract's error.</summary>
internal static class EvidenceVectors
{
    private const ulong Run = 1_767_225_600_000;
    private const ulong From = Run / 1000;

    private static readonly Domains OtherChain = Domains.Of(1, Known.Domains.StreamKeys.VerifyingContract, Known.Domains.RelayStaking.VerifyingContract, Known.Domains.TicketBroker.VerifyingContract);

    private static Hash32[] Nodes(int count, string? other = null, int at = 0)
    {
        var nodes = Enumerable.Range(0, count).Select(i => Hash32.From(SHA256.HashData([(byte)i]))).ToArray();
        if (other is not null)
        {
            nodes[at] = Known.Hash(other);
        }

        return nodes;
    }

    public static JsonObject File()
    {
        var delegation = new Delegation(new StreamId(1), Known.SigningKey.Address, From, From + 31_536_000);
        return new JsonObject
        {
            ["time"] = (From + 100).ToString(),
            ["relayKey"] = Hex.Encode(Known.NodeKey.Export()),
            ["relay"] = Known.NodeKey.Address.ToString(),
            ["delegation"] = new JsonObject
            {
                ["stream"] = delegation.Stream.ToString(),
                ["key"] = delegation.Key.ToString(),
                ["from"] = delegation.From.ToString(),
                ["until"] = delegation.Until.ToString(),
            },
            ["cases"] = new JsonArray([.. FalseReceipts(), .. Equivocations(), .. Conflicts(), .. Beyond()]),
        };
    }

    /// <summary>The first proven example of each kind, for the frames.</summary>
    public static IEnumerable<(string Name, Offence Offence)> Proven() => File()["cases"]!.AsArray()
        .Where(example => example!["proven"]!.GetValue<bool>())
        .GroupBy(example => example!["file"]!["kind"]!.GetValue<string>())
        .Select(kind => (kind.First()!["name"]!.GetValue<string>(), EvidenceFile.Read(kind.First()!["file"]!.ToJsonString()).Offence));

    private static IEnumerable<JsonNode> FalseReceipts()
    {
        var head = Head(Nodes(20)) with { Flags = HeadFlags.Last };
        var receipt = new Receipt(Known.NodeKey.Address, Known.ViewingKey.Address, Digest(head), Known.Hash("lie"), head.ByteLength, head.Time + 500);
        var lie = new FalseReceipt(head, Sign(head), receipt, Sign(receipt));
        var early = head with { Time = Run - 1 };
        yield return True("a false receipt", lie);
        yield return True("a false receipt of an old window", Of(head with { Time = Run, Window = 1 }));
        yield return False("a true receipt", "ReceiptIsTrue()", Resign(lie with { Receipt = receipt with { ServedRoot = head.Root } }));
        yield return False("a receipt that names another head", "ReceiptOfAnotherHead()", Resign(lie with { Receipt = receipt with { HeadDigest = Known.Hash("digest") } }));
        yield return False("a receipt signed by its purse", "ReceiptNotByRelay(address)", lie with { ReceiptSignature = Sign(receipt, Known.ViewingKey) });
        yield return False("a receipt with another byteLength than the signed one", "ReceiptNotByRelay(address)", lie with { Receipt = receipt with { ByteLength = 1 } });
        yield return False("a receipt with purse and relay swapped", "ReceiptNotByRelay(address)", lie with { Receipt = receipt with { Relay = receipt.Purse, Purse = receipt.Relay } });
        yield return False("a receipt signed in the domain of heads", "ReceiptNotByRelay(address)", lie with { ReceiptSignature = Known.NodeKey.Sign(receipt.Digest(Known.Domains.StreamKeys)) });
        yield return False("a receipt signed for another chain", "ReceiptNotByRelay(address)", lie with { ReceiptSignature = Known.NodeKey.Sign(receipt.Digest(OtherChain.RelayStaking)) });
        yield return False("a receipt with high s", "SignatureHighS()", lie with { ReceiptSignature = HighS(lie.ReceiptSignature) });
        yield return False("a receipt with v of 1", "SignatureBadV()", lie with { ReceiptSignature = With(lie.ReceiptSignature, 64, 1) });
        yield return False("a receipt with r of zero", "SignatureUnrecoverable()", lie with { ReceiptSignature = ZeroR(lie.ReceiptSignature) });
        yield return False("a head with high s", "SignatureHighS()", lie with { HeadSignature = HighS(lie.HeadSignature) });
        yield return False("a head with v of 29", "SignatureBadV()", lie with { HeadSignature = With(lie.HeadSignature, 64, 29) });
        yield return False("a head by a key without delegation", "NotSigningKey(uint256,address,uint64)", lie with { HeadSignature = Sign(head, Known.NodeKey) });
        yield return False("a head signed for another chain", "NotSigningKey(uint256,address,uint64)", lie with { HeadSignature = Known.SigningKey.Sign(head.Digest(OtherChain.StreamKeys)) });
        yield return False("a head of before the delegation", "NotSigningKey(uint256,address,uint64)", Of(early));

        FalseReceipt Of(Head other) => Resign(new FalseReceipt(other, Sign(other), receipt with { HeadDigest = Digest(other) }, default));
    }

    private static IEnumerable<JsonNode> Equivocations()
    {
        var first = Head(Nodes(20));
        var second = Head(Nodes(20, "another part", 19));
        yield return True("two roots of one place", Pair(first, second));
        yield return True("two prev of one place", Pair(first, first with { Prev = Known.Hash("other prev") }));
        yield return True("two initHash of one place", Pair(first, first with { InitHash = Known.Hash("other init") }));
        yield return False("a last head that repeats", "HeadsAgree()", Pair(first, first with { Flags = HeadFlags.Last, Time = first.Time + 1 }));
        yield return False("another count", "DifferentPlaces()", Pair(first, second with { Count = 21 }));
        yield return False("another window", "DifferentPlaces()", Pair(first, second with { Window = 8 }));
        yield return False("another run", "DifferentPlaces()", Pair(first, second with { Run = Run + 1 }));
        yield return False("another track", "DifferentPlaces()", Pair(first, second with { Track = new TrackKey(new StreamId(1), 720) }));
        yield return False("another stream", "DifferentPlaces()", Pair(first, second with { Track = new TrackKey(new StreamId(2), 480) }));
        yield return False("two keys", "DifferentSigners()", Pair(first, second) with { SecondSignature = Sign(second, Known.NodeKey) });
        yield return False(
            "a key without delegation", "NotSigningKey(uint256,address,uint64)", new Equivocation(first, Sign(first, Known.NodeKey), second, Sign(second, Known.NodeKey)));

        static Equivocation Pair(Head first, Head second) => new(first, Sign(first), second, Sign(second));
    }

    private static IEnumerable<JsonNode> Conflicts()
    {
        var (nodes, others) = (Nodes(20), Nodes(33, "another part", 13));
        var conflict = Of(nodes, others, 13);
        yield return True("two parts under heads of different counts", conflict);
        yield return True("two parts under heads of one count", Of(nodes, Nodes(20, "another part", 19), 19));
        yield return True("two first parts, one of them alone", Of(Nodes(1), Nodes(2, "another part"), 0));
        yield return True("two parts of a full window", Of(Nodes(255), Nodes(256, "another part", 254), 254));
        yield return False("the same part", "SamePart()", Of(nodes, Nodes(33), 13));
        yield return False("a part that is under no root", "NotUnderRoot()", conflict with { SecondPart = conflict.SecondPart with { Node = Known.Hash("made up") } });
        yield return False("a part at another index", "NotUnderRoot()", conflict with { SecondPart = PartProof.Create(others, 12) });
        yield return False("an index beyond the shorter head", "IndexOutOfRange(uint256,uint256)", conflict with { Index = 20 });
        yield return False("too many siblings", "ProofLength()", conflict with { FirstPart = Siblings(conflict.FirstPart, [.. conflict.FirstPart.Siblings, Known.Hash("more")]) });
        yield return False("too few siblings", "ProofLength()", conflict with { FirstPart = Siblings(conflict.FirstPart, [.. conflict.FirstPart.Siblings.Skip(1)]) });
        yield return False("an inner node in a part's place", "ProofLength()", conflict with { FirstPart = Inner(nodes, conflict.FirstPart) });
        yield return False("more parts than a window has", "IndexOutOfRange(uint256,uint256)", Resign(conflict with { Second = conflict.Second with { Count = 257 } }));
        yield return False("another window", "DifferentPlaces()", Resign(conflict with { Second = conflict.Second with { Window = 8 } }));
        yield return False("two keys", "DifferentSigners()", conflict with { SecondSignature = Sign(conflict.Second, Known.NodeKey) });

        static ConflictingParts Of(Hash32[] first, Hash32[] second, int index)
        {
            var (a, b) = (Head(first), Head(second));
            return new ConflictingParts((ushort)index, a, Sign(a), PartProof.Create(first, index), b, Sign(b), PartProof.Create(second, index));
        }

        static ConflictingParts Resign(ConflictingParts offence) => offence with { SecondSignature = Sign(offence.Second) };
        static PartProof Siblings(PartProof proof, Hash32[] siblings) => proof with { Siblings = siblings };
        static PartProof Inner(Hash32[] nodes, PartProof proof) => new(TreeHash.Inner(nodes[12], nodes[13]), [.. proof.Siblings.Skip(1)]);
    }

    private static IEnumerable<JsonNode> Beyond()
    {
        var last = Head(Nodes(20)) with { Flags = HeadFlags.Last };
        var beyond = Head(Nodes(21));
        yield return True("a part beyond the last head", Pair(last, beyond));
        yield return True("a longer last head", Pair(last, beyond with { Flags = HeadFlags.Last }));
        yield return False("a head that is not the last one", "HeadNotLast()", Pair(last with { Flags = HeadFlags.None }, beyond));
        yield return False("as many parts", "NothingBeyondLast()", Pair(last, beyond with { Count = 20 }));
        yield return False("fewer parts", "NothingBeyondLast()", Pair(last, Head(Nodes(19))));
        yield return False("another window", "DifferentPlaces()", Pair(last, beyond with { Window = 8 }));
        yield return False("two keys", "DifferentSigners()", Pair(last, beyond) with { BeyondSignature = Sign(beyond, Known.NodeKey) });

        static PartsBeyondLast Pair(Head last, Head beyond) => new(last, Sign(last), beyond, Sign(beyond));
    }

    private static JsonObject True(string name, Offence offence) => Case(name, offence, null);

    private static JsonObject False(string name, string refusal, Offence offence) => Case(name, offence, refusal);

    private static JsonObject Case(string name, Offence offence, string? refusal) => new()
    {
        ["name"] = name,
        ["proven"] = refusal is null,
        ["offender"] = refusal is not null ? "" : (offence is FalseReceipt ? Known.NodeKey : Known.SigningKey).Address.ToString(),
        ["refusal"] = refusal ?? "",
        ["digests"] = offence switch
        {
            FalseReceipt o => Digests(("head", Digest(o.Head)), ("receipt", o.Receipt.Digest(Known.Domains.RelayStaking))),
            Equivocation o => Digests(("first", Digest(o.First)), ("second", Digest(o.Second))),
            ConflictingParts o => Digests(("first", Digest(o.First)), ("second", Digest(o.Second))),
            PartsBeyondLast o => Digests(("last", Digest(o.Last)), ("beyond", Digest(o.Beyond))),
            _ => throw new ArgumentException("unknown kind", nameof(offence)),
        },
        ["file"] = JsonNode.Parse(EvidenceFile.Write(Known.Domains, offence)),
    };

    private static JsonObject Digests(params (string Name, Hash32 Digest)[] digests) => new(digests.Select(d => KeyValuePair.Create(d.Name, (JsonNode?)d.Digest.ToString())));

    private static Head Head(Hash32[] nodes) => new(
        new TrackKey(new StreamId(1), 480), Run, 7, (ushort)nodes.Length, Frontier.RootOf(nodes), (ulong)nodes.Length * 18_750, (uint)nodes.Length * 2,
        Known.Hash("prev"), Known.Hash("init"), Run + 14_000 + ((ulong)nodes.Length * 100), HeadFlags.None);

    private static Hash32 Digest(Head head) => head.Digest(Known.Domains.StreamKeys);

    private static Signature Sign(Head head, PrivateKey? key = null) => (key ?? Known.SigningKey).Sign(Digest(head));

    private static Signature Sign(Receipt receipt, PrivateKey? key = null) => (key ?? Known.NodeKey).Sign(receipt.Digest(Known.Domains.RelayStaking));

    private static FalseReceipt Resign(FalseReceipt offence) => offence with { ReceiptSignature = Sign(offence.Receipt) };

    private static Signature With(Signature signature, int at, byte value)
    {
        var bytes = signature.Span.ToArray();
        bytes[at] = value;
        return Signature.From(bytes);
    }

    private static Signature ZeroR(Signature signature) => Signature.From([.. new byte[32], .. signature.Span[32..]]);

    /// <summary>The twin of a signature that only EIP-2 tells from it: n - s with the other v.</summary>
    private static Signature HighS(Signature signature)
    {
        var order = BigInteger.Parse("0fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture);
        var s = (order - new BigInteger(signature.Span[32..64], isUnsigned: true, isBigEndian: true)).ToByteArray(isUnsigned: true, isBigEndian: true);
        return Signature.From([.. signature.Span[..32], .. new byte[32 - s.Length], .. s, (byte)(55 - signature.Span[64])]);
    }
}
