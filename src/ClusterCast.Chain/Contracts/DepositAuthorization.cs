using ClusterCast.Chain.Abi;
using ClusterCast.Chain.Deployments;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Tickets;

namespace ClusterCast.Chain.Contracts;

/// <summary>
/// A signed deposit that anybody may send: the owner's EIP-3009 authorization whose nonce fixes owner, viewing key, greatest fee and salt,
/// and the viewing key's consent to its owner. Amounts are micro-USDC.
/// </summary>
/// <param name="Owner">The wallet that pays.</param>
/// <param name="ViewingKey">The purse.</param>
/// <param name="Amount">What leaves the wallet.</param>
/// <param name="MaxFee">Most that the sender of the transaction may keep of it.</param>
/// <param name="Salt">Fresh randomness.</param>
/// <param name="ValidAfter">Unix seconds, exclusive.</param>
/// <param name="ValidBefore">Unix seconds, exclusive.</param>
/// <param name="Signature">The owner's.</param>
/// <param name="BindSignature">The viewing key's over its owner.</param>
public sealed record DepositAuthorization(
    Address Owner, Address ViewingKey, ulong Amount, ulong MaxFee, Hash32 Salt, ulong ValidAfter, ulong ValidBefore, Signature Signature, Signature BindSignature)
{
    /// <summary>Most that the purses of one owner may hold together ($50).</summary>
    public const ulong Cap = 50_000_000;

    private static readonly AbiTuple NonceWords = AbiType.ParseTuple("(address,address,uint256,bytes32)");

    /// <summary>
    /// Signs a deposit with the owner's and the viewing key. Throws <see cref="ChainException"/> with <see cref="ChainFault.InvalidInput"/>
    /// for an amount of 0 or above <see cref="Cap"/>.
    /// </summary>
    public static DepositAuthorization Sign(
        PrivateKey owner, PrivateKey viewingKey, ulong amount, ulong maxFee, ulong validBefore, Deployment deployment, UsdcDomain usdc, IRandomSource random)
    {
        CheckAmount(amount);
        Span<byte> bytes = stackalloc byte[Hash32.Size];
        random.Fill(bytes);
        var salt = Hash32.From(bytes);
        var nonce = Nonce(owner.Address, viewingKey.Address, maxFee, salt);
        var authorization = new ReceiveAuthorization(owner.Address, deployment.TicketBroker, amount, 0, validBefore, nonce);
        var bind = new Bind(owner.Address, viewingKey.Address).Digest(deployment.Domains.TicketBroker);
        return new DepositAuthorization(
            owner.Address, viewingKey.Address, amount, maxFee, salt, 0, validBefore, owner.Sign(authorization.Digest(usdc)), viewingKey.Sign(bind));
    }

    /// <summary>Refuses an amount that no purse can take, in words for users.</summary>
    public static void CheckAmount(ulong amount)
    {
        if (amount == 0)
        {
            throw new ChainException(ChainFault.InvalidInput, "A deposit of 0 moves nothing.", "Give an amount above $0, at most $50.");
        }

        if (amount > Cap)
        {
            throw new ChainException(ChainFault.InvalidInput, "The purses of one owner hold at most $50.", "Deposit $50 or less.");
        }
    }

    /// <summary>The EIP-3009 nonce: <c>keccak256(abi.encode(owner, viewingKey, maxFee, salt))</c>.</summary>
    public static Hash32 Nonce(Address owner, Address viewingKey, ulong maxFee, Hash32 salt) =>
        Keccak256.Hash(AbiEncoder.Encode(NonceWords, [owner, viewingKey, maxFee, salt]));
}
