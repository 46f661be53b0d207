using System.Numerics;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Rpc;

/// <summary>A call to a contract: what a transaction or an <c>eth_call</c> carries. <paramref name="Value"/> is in wei.</summary>
/// <param name="To">The contract; null creates one from <paramref name="Data"/>.</param>
/// <param name="Data">Selector and ABI-encoded arguments, or creation code.</param>
/// <param name="Value">Wei sent along.</param>
public sealed record ContractCall(Address? To, byte[] Data, BigInteger Value = default);

/// <summary>A log of a mined transaction.</summary>
public sealed record EventLog(Address Contract, IReadOnlyList<Hash32> Topics, byte[] Data, ulong BlockNumber, Hash32 BlockHash, Hash32 TransactionHash, ulong LogIndex);

/// <summary>What became of a mined transaction.</summary>
/// <param name="Hash">Transaction hash.</param>
/// <param name="Succeeded">False when it reverted.</param>
/// <param name="BlockNumber">The block that holds it.</param>
/// <param name="BlockHash">Hash of that block; another one after a reorganisation.</param>
/// <param name="GasUsed">Units of gas.</param>
/// <param name="EffectiveGasPrice">Wei a unit.</param>
/// <param name="Created">The contract that it created.</param>
/// <param name="Logs">Its events in order.</param>
public sealed record TransactionReceipt(
    Hash32 Hash, bool Succeeded, ulong BlockNumber, Hash32 BlockHash, ulong GasUsed, BigInteger EffectiveGasPrice, Address? Created, IReadOnlyList<EventLog> Logs);

/// <summary>A block header. <paramref name="Timestamp"/> is in Unix seconds, <paramref name="BaseFee"/> in wei a unit of gas.</summary>
public sealed record Block(ulong Number, Hash32 Hash, Hash32 Parent, ulong Timestamp, BigInteger BaseFee);

/// <summary>Which logs to read; both blocks are included. <paramref name="Topics"/> null: all; each place lists alternatives, null for any.</summary>
public sealed record LogFilter(IReadOnlyList<Address> Contracts, ulong FromBlock, ulong ToBlock, IReadOnlyList<IReadOnlyList<Hash32>?>? Topics = null);

/// <summary>Fees of the next block in wei a unit of gas.</summary>
public sealed record FeeEstimate(BigInteger BaseFee, BigInteger PriorityFee);
