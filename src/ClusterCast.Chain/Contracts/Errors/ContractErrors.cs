using System.Buffers.Binary;
using ClusterCast.Chain.Abi;

namespace ClusterCast.Chain.Contracts;

/// <summary>What the contracts' errors mean, found by their selectors (spec/contracts.md). The sentences are in Errors/; an error that several contracts have is said once.</summary>
internal static class ContractErrors
{
    private static readonly Dictionary<uint, ErrorSentence> BySelector = ((ErrorSentence[])
    [
        .. TicketBrokerErrors.All,
        .. StreamKeysErrors.All,
        .. RelayStakingErrors.All,
        .. FraudProofsErrors.All,
        .. StreamRegistryErrors.All,
        .. UsdcPaymasterErrors.All,
        .. StreamTokenErrors.All,
        .. EdgeRewardErrors.All,
        .. SLAOracleErrors.All,
        .. StreamGovernorErrors.All,

        // Solidity itself
        new(new AbiError("Error(string)"), v => $"The contract refused: {Shown(v.Text(0))}.", "Check balances, allowances and signatures."),
        new(new AbiError("Panic(uint256)"), v => $"The contract failed with panic code {v.Big(0)}.", "Check the values sent."),
    ]).ToDictionary(known => known.Error.Selector);

    /// <summary>The failure that revert data tells of.</summary>
    public static ChainException Explain(byte[] data)
    {
        if (data.Length >= 4 && BySelector.TryGetValue(BinaryPrimitives.ReadUInt32BigEndian(data), out var known))
        {
            try
            {
                return new ChainException(ChainFault.Reverted, known.Cause(known.Error.Decode(data)), known.Remedy) { ErrorName = known.Error.Name };
            }
            catch (ChainException)
            {
                // The data only begins like the error: say what is certain.
            }
        }

        var shown = data.Length == 0 ? "without a reason" : $"with {Protocol.Identifiers.Hex.Encode(data.AsSpan(0, Math.Min(data.Length, 36)))}";
        return new ChainException(ChainFault.Reverted, $"The contract reverted {shown}.", "Check the values sent, and that the deployments file belongs to this chain.");
    }

    private static string Shown(string text) => (text.Length > 200 ? text[..200] : text).ReplaceLineEndings(" ").TrimEnd('.');
}
