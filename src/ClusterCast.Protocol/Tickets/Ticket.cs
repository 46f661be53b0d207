using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Protocol.Tickets;

/// <summary>One draw of a viewer's purse for a relay (spec/tickets.md).</summary>
/// <param name="Relay">Node id of the relay that may redeem it.</param>
/// <param name="Stream">The stream that was watched.</param>
/// <param name="Terms">Version of the stream's terms that splits the face value.</param>
/// <param name="Commit">The relay's commitment.</param>
/// <param name="Salt">The viewer's randomness, chosen after the commitment was seen.</param>
/// <param name="FaceValue">Micro-USDC paid when the ticket wins.</param>
/// <param name="WinProbability">Probability of a win times 2^64.</param>
/// <param name="Epoch">Unix seconds / epoch length.</param>
public readonly record struct Ticket(
    Address Relay, StreamId Stream, uint Terms, Hash32 Commit, UInt128 Salt, uint FaceValue, ulong WinProbability, uint Epoch)
{
    /// <summary>The EIP-712 type.</summary>
    public const string Type =
        "Ticket(address relay,uint256 stream,uint32 terms,bytes32 commit,uint128 salt,uint32 faceValue,uint64 winProb,uint32 epoch)";

    private static readonly Hash32 TypeHash = Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(Type));

    /// <summary>EIP-712 hashStruct.</summary>
    public Hash32 StructHash()
    {
        Span<byte> buffer = stackalloc byte[9 * 32];
        return new StructWriter(buffer, TypeHash)
            .Add(Relay).Add(Stream).Add(Terms).Add(Commit).Add(Salt).Add(FaceValue).Add(WinProbability).Add(Epoch).Hash();
    }

    /// <summary>EIP-712 digest in the TicketBroker domain.</summary>
    public Hash32 Digest(Eip712Domain ticketBroker) => ticketBroker.Digest(StructHash());
}

/// <summary>A ticket, the bytes it pays for and the viewing key's signature.</summary>
public sealed record SignedTicket(Ticket Ticket, uint Bytes, Signature Signature);
