using System.Numerics;
using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Fees;
using ClusterCast.Chain.Rpc;

namespace ClusterCast.Node.Bench;

/// <summary>Turns measured transactions into dollars: by the node's own prices, or by those of a profile.</summary>
/// <param name="Name">Whose prices: <c>node</c>, or the profile.</param>
/// <param name="GasPrice">Wei a unit of gas; null for what the transactions paid.</param>
/// <param name="L1Data">The fee for the place on L1; null where there is none.</param>
/// <param name="Storage">Gas that the profile's chain charges and the measured one does not.</param>
/// <param name="NativeUsd">Dollars a native token.</param>
internal sealed record Pricing(string Name, BigInteger? GasPrice, L1DataFee? L1Data, StorageGas? Storage, decimal NativeUsd)
{
    private const decimal WeiPerToken = 1e18m;
    private const int UsdDecimals = 10;

    /// <summary>The prices to use on a chain.</summary>
    public static async Task<Pricing> OfAsync(EvmClient client, ulong chainId, ChainBenchOptions options, CancellationToken stop)
    {
        if (options.Profile is { } profile)
        {
            return new Pricing(
                profile.Name, profile.BaseFee + profile.PriorityFee, profile.L1Data, profile.ChainId == chainId ? null : profile.Storage, options.UsdOf(profile.NativeToken));
        }

        var known = ChainProfile.Of(chainId);
        var l1Data = await GasPriceOracle.ReadAsync(client, stop).ConfigureAwait(false) ?? known?.L1Data;
        return new Pricing("node", null, l1Data, null, options.UsdOf(known?.NativeToken ?? "ETH"));
    }

    /// <summary>Units of gas on the chain whose prices these are.</summary>
    public ulong GasOf(Sample sample) => sample.Receipt.GasUsed + (Storage?.Of(sample.Call, sample.Receipt) ?? 0);

    /// <summary>Wei a unit of gas.</summary>
    public BigInteger GasPriceOf(Sample sample) => GasPrice ?? sample.Receipt.EffectiveGasPrice;

    /// <summary>Dollars of an amount of wei.</summary>
    public decimal Usd(BigInteger wei) => decimal.Round((decimal)wei / WeiPerToken * NativeUsd, UsdDecimals);
}
