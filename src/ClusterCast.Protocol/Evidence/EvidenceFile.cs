using System.Text.Json.Nodes;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Protocol.Evidence;

/// <summary>Evidence as a JSON text (spec/evidence.md).</summary>
public static class EvidenceFile
{
    private const string FalseReceiptKind = "falseReceipt";
    private const string EquivocationKind = "equivocation";

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
            default:
                throw file.Wrong("kind", $"'{FalseReceiptKind}' or '{EquivocationKind}'");
        }
    });
}
