using System.Numerics;

namespace ClusterCast.Chain.Fees;

/// <summary>What a public chain charges by its published parameters (docs/chain-choice.md has sources and dates). Fees in wei a unit of gas.</summary>
/// <param name="Name">As in <c>--profile</c>.</param>
/// <param name="ChainId">EIP-155 chain id.</param>
/// <param name="NativeToken">In which gas is paid: ETH or POL.</param>
/// <param name="BaseFee">At ordinary load.</param>
/// <param name="PriorityFee">The tip that our sender gives there.</param>
/// <param name="L1Data">The L1 data fee at an assumed L1; null where there is none.</param>
/// <param name="Storage">Storage gas; null where there is none.</param>
public sealed record ChainProfile(
    string Name, ulong ChainId, string NativeToken, BigInteger BaseFee, BigInteger PriorityFee, L1DataFee? L1Data = null, StorageGas? Storage = null)
{
    private static readonly BigInteger Gwei = 1_000_000_000;

    // The scalars are the chain's. L1 at half a gwei is an assumption; blobs then cost at least a sixteenth of it (EIP-7918).
    private static readonly L1DataFee OverBlobs = new(Gwei / 2, Gwei / 32, 2_269, 1_055_762);

    private static readonly StorageGas MegaEvm = new(39_000, 40, 160, 3_750, 80);

    /// <summary>The chains that are compared, and the testnets of those that are.</summary>
    public static IReadOnlyList<ChainProfile> All { get; } =
    [
        new("base", 8453, "ETH", 5_000_000, 1_000_000, OverBlobs),
        new("base-sepolia", 84532, "ETH", 5_000_000, 1_000_000, OverBlobs),
        new("megaeth", 4326, "ETH", 1_000_000, 0, Storage: MegaEvm),
        new("megaeth-testnet", 6343, "ETH", 1_000_000, 0, Storage: MegaEvm),
        new("polygon", 137, "POL", 100 * Gwei, 25 * Gwei),
        new("polygon-amoy", 80002, "POL", 25 * Gwei, 25 * Gwei),
    ];

    /// <summary>The profile of a name; null when there is none.</summary>
    public static ChainProfile? Find(string name) => All.FirstOrDefault(profile => profile.Name == name);

    /// <summary>The profile of a chain; null when there is none.</summary>
    public static ChainProfile? Of(ulong chainId) => All.FirstOrDefault(profile => profile.ChainId == chainId);
}
