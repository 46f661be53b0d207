using ClusterCast.Chain.Abi;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Chain.Contracts;

/// <summary>An account without ETH lets anybody pay out its credit: <c>Amount - Fee</c> to <paramref name="To"/>, the fee to the sender. Micro-USDC, Unix seconds.</summary>
public sealed record WithdrawAuthorization(Address Account, Address To, ulong Amount, ulong Fee, ulong Nonce, ulong Deadline)
{
    private static readonly Hash32 TypeHash = Keccak256.Hash(
        "Withdraw(address account,address to,uint256 amount,uint256 fee,uint256 nonce,uint256 deadline)"u8);

    private static readonly AbiTuple Words = AbiType.ParseTuple("(bytes32,address,address,uint256,uint256,uint256,uint256)");

    /// <summary>EIP-712 digest in the TicketBroker domain.</summary>
    public Hash32 Digest(Eip712Domain ticketBroker) =>
        ticketBroker.Digest(Keccak256.Hash(AbiEncoder.Encode(Words, [TypeHash, Account, To, Amount, Fee, Nonce, Deadline])));
}
