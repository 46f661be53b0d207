using System.Text.Json.Nodes;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Protocol.Evidence;

/// <summary>Evidence as a JSON text (spec/evidence.md).</summary>
public static class EvidenceFile
{
    private const string FalseReceiptKind = "falseReceipt";
    private const string EquivocationKind = "equivocation";
    private const string ConflictingPartsKind = "conflictingParts";
    private const string PartsBeyondLastKind = "partsBeyondLast";

    // The path in a tree of at most 256.
    private const int Siblings = 8;

    /// <summary>The file's name: <c>evidence-TIME-OFFENDER.json</c>, time in Unix ms.</summary>
    public static string Name(ulong time, Address offender) => $"evidence-{time}-{offender}.json";

    /// <summary>The text of a file, with a line feed at its end.</summary>
    public static string Write(Domains domains, Offence offence) => EvidenceJson.Format(offence switch
    {
        FalseReceipt o => new JsonObject
        {
            ["kind"] = FalseReceiptKind,
            ["domain"] = EvidenceJson.Write(domains),
            ["head"] = EvidenceJson.Write(o.Head),
            ["headSignature"] = o.HeadSignature.ToString(),
            ["receipt"] = EvidenceJson.Write(o.Receipt),
            ["receiptSignature"] = o.ReceiptSignature.ToString(),
        },
        Equivocation o => new JsonObject
        {
            ["kind"] = EquivocationKind,
            ["domain"] = EvidenceJson.Write(domains),
            ["first"] = EvidenceJson.Write(o.First),
            ["firstSignature"] = o.FirstSignature.ToString(),
            ["second"] = EvidenceJson.Write(o.Second),
            ["secondSignature"] = o.SecondSignature.ToString(),
        },
        ConflictingParts o => new JsonObject
        {
            ["kind"] = ConflictingPartsKind,
            ["domain"] = EvidenceJson.Write(domains),
            ["index"] = o.Index.ToString(),
            ["first"] = EvidenceJson.Write(o.First),
            ["firstSignature"] = o.FirstSignature.ToString(),
            ["firstNode"] = o.FirstPart.Node.ToString(),
            ["firstSiblings"] = EvidenceJson.Write(o.FirstPart.Siblings),
            ["second"] = EvidenceJson.Write(o.Second),
            ["secondSignature"] = o.SecondSignature.ToString(),
            ["secondNode"] = o.SecondPart.Node.ToString(),
            ["secondSiblings"] = EvidenceJson.Write(o.SecondPart.Siblings),
        },
        PartsBeyondLast o => new JsonObject
        {
            ["kind"] = PartsBeyondLastKind,
            ["domain"] = EvidenceJson.Write(domains),
            ["last"] = EvidenceJson.Write(o.Last),
            ["lastSignature"] = o.LastSignature.ToString(),
            ["beyond"] = EvidenceJson.Write(o.Beyond),
            ["beyondSignature"] = o.BeyondSignature.ToString(),
        },
        _ => throw new ArgumentException($"{offence.GetType().Name} has no file format.", nameof(offence)),
    });

    /// <summary>
    /// Reads a file. The TicketBroker domain of the result is that of the zero address: evidence has no use for it. Throws <see cref="EvidenceException"/> for
    /// anything else than whole evidence; what it proves is for <see cref="Offence.Judge"/> to say.
    /// </summary>
    public static (Domains Domains, Offence Offence) Read(string text) => JsonFields.Parse(text, file =>
    {
        switch (file.Text("kind"))
        {
            case FalseReceiptKind:
                file.Only("kind", "domain", "head", "headSignature", "receipt", "receiptSignature");
                return (EvidenceJson.ReadDomains(file.Object("domain")), (Offence)new FalseReceipt(
                    EvidenceJson.ReadHead(file.Object("head")),
                    file.Signature("headSignature"),
                    EvidenceJson.ReadReceipt(file.Object("receipt")),
                    file.Signature("receiptSignature")));
            case EquivocationKind:
                file.Only("kind", "domain", "first", "firstSignature", "second", "secondSignature");
                return (EvidenceJson.ReadDomains(file.Object("domain")), new Equivocation(
                    EvidenceJson.ReadHead(file.Object("first")),
                    file.Signature("firstSignature"),
                    EvidenceJson.ReadHead(file.Object("second")),
                    file.Signature("secondSignature")));
            case ConflictingPartsKind:
                file.Only(
                    "kind", "domain", "index", "first", "firstSignature", "firstNode", "firstSiblings", "second", "secondSignature", "secondNode", "secondSiblings");
                return (EvidenceJson.ReadDomains(file.Object("domain")), new ConflictingParts(
                    file.Number<ushort>("index"),
                    EvidenceJson.ReadHead(file.Object("first")),
                    file.Signature("firstSignature"),
                    new PartProof(file.Hash("firstNode"), file.Hashes("firstSiblings", Siblings)),
                    EvidenceJson.ReadHead(file.Object("second")),
                    file.Signature("secondSignature"),
                    new PartProof(file.Hash("secondNode"), file.Hashes("secondSiblings", Siblings))));
            case PartsBeyondLastKind:
                file.Only("kind", "domain", "last", "lastSignature", "beyond", "beyondSignature");
                return (EvidenceJson.ReadDomains(file.Object("domain")), new PartsBeyondLast(
                    EvidenceJson.ReadHead(file.Object("last")),
                    file.Signature("lastSignature"),
                    EvidenceJson.ReadHead(file.Object("beyond")),
                    file.Signature("beyondSignature")));
            default:
                throw file.Wrong("kind", $"'{FalseReceiptKind}', '{EquivocationKind}', '{ConflictingPartsKind}' or '{PartsBeyondLastKind}'");
        }
    });
}
