using System.Numerics;
using ClusterCast.Chain.Rpc;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Chain.Transactions;

/// <summary>A transaction of type 2 without access list (EIP-1559). Fees are in wei a unit of gas.</summary>
public sealed record Transaction(ulong ChainId, ulong Nonce, BigInteger MaxPriorityFee, BigInteger MaxFee, ulong GasLimit, ContractCall Call)
{
    private const byte Type = 2;

    /// <summary>What the sender signs.</summary>
    public Hash32 SigningHash() => Keccak256.Hash([Type, .. Rlp.List(Fields())]);

    /// <summary>Signs with the sender's key.</summary>
    public SignedTransaction Sign(PrivateKey sender)
    {
        var signature = sender.Sign(SigningHash());
        byte[] raw =
        [
            Type,
            .. Rlp.List(
            [
                .. Fields(),
                Rlp.Number(signature[64] - 27),
                Rlp.Trimmed(signature.Span[..32]),
                Rlp.Trimmed(signature.Span[32..64]),
            ]),
        ];
        return new SignedTransaction(Keccak256.Hash(raw), raw);
    }

    /// <summary>The address of the contract that an account creates with a nonce: <c>keccak256(rlp(sender, nonce))[12..]</c>.</summary>
    public static Address CreatedBy(Address sender, ulong nonce) =>
        Address.From(Keccak256.Hash(Rlp.List(Rlp.Bytes(sender.Span), Rlp.Number(nonce))).Span[12..]);

    private byte[][] Fields() =>
    [
        Rlp.Number(ChainId),
        Rlp.Number(Nonce),
        Rlp.Number(MaxPriorityFee),
        Rlp.Number(MaxFee),
        Rlp.Number(GasLimit),
        Call.To is { } to ? Rlp.Bytes(to.Span) : Rlp.Bytes([]),
        Rlp.Number(Call.Value),
        Rlp.Bytes(Call.Data),
        Rlp.List(),
    ];
}

/// <summary>A signed transaction as <c>eth_sendRawTransaction</c> takes it.</summary>
public sealed record SignedTransaction(Hash32 Hash, byte[] Raw);
