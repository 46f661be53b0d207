using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Tickets;

namespace ClusterCast.Payments.Tests;

/// <summary>Values for tests of the store, which does not check them.</summary>
internal static class Samples
{
    public static Winner Winner(uint number, Address? viewingKey = null, uint epoch = 20_000, long wonAt = 1_000)
    {
        var seed = Keccak256.Hash(BitConverter.GetBytes(number));
        var ticket = new Ticket(
            Address.From(seed.Span[..20]), new StreamId(seed), uint.MaxValue - number, Keccak256.Hash(seed.Span), UInt128.MaxValue - number, 400, ulong.MaxValue - number, epoch);
        var signature = Signature.From([.. seed.Span, .. Keccak256.Hash([1, .. seed.Span]).Span, 28]);
        return new Winner(ticket, 250_000, signature, viewingKey ?? Address.From(seed.Span[12..]), Keccak256.Hash([2, .. seed.Span]), Keccak256.Hash([3, .. seed.Span]), number, wonAt);
    }
}
