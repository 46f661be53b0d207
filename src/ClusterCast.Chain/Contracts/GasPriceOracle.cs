using ClusterCast.Chain.Fees;
using ClusterCast.Chain.Rpc;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Contracts;

public sealed partial class GasPriceOracle
{
    /// <summary>Where every OP-stack chain has it.</summary>
    public static readonly Address Predeploy = Address.Parse("0x420000000000000000000000000000000000000f");

    /// <summary>The L1 data fee that the chain charges now; null on a chain without one.</summary>
    public static async Task<L1DataFee?> ReadAsync(EvmClient client, CancellationToken cancel = default)
    {
        if ((await client.CodeAsync(Predeploy, cancel).ConfigureAwait(false)).Length == 0)
        {
            return null;
        }

        var oracle = new GasPriceOracle(client, Predeploy);
        return new L1DataFee(
            await oracle.L1BaseFeeAsync(cancel).ConfigureAwait(false),
            await oracle.BlobBaseFeeAsync(cancel).ConfigureAwait(false),
            await oracle.BaseFeeScalarAsync(cancel).ConfigureAwait(false),
            await oracle.BlobBaseFeeScalarAsync(cancel).ConfigureAwait(false));
    }
}
