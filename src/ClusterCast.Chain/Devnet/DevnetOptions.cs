using ClusterCast.Chain.Contracts;

namespace ClusterCast.Chain.Devnet;

/// <summary>What a devnet is set up with. The bounds of the constants are in spec/contracts.md.</summary>
public sealed record DevnetOptions
{
    /// <summary>Port of the node on 127.0.0.1; 0 takes a free one.</summary>
    public int Port { get; init; } = 8545;

    /// <summary>Time between blocks in whole seconds; zero mines every transaction at once.</summary>
    public TimeSpan BlockTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>EIP-155 chain id.</summary>
    public ulong ChainId { get; init; } = 31337;

    /// <summary>Length of an epoch in seconds.</summary>
    public uint EpochSeconds { get; init; } = 86_400;

    /// <summary>How long money takes to leave a purse, seconds; at least three epochs.</summary>
    public uint ExitDelaySeconds { get; init; } = 259_200;

    /// <summary>Least face value in micro-USDC.</summary>
    public uint MinFaceValue { get; init; } = 1;

    /// <summary>Greatest face value in micro-USDC.</summary>
    public uint MaxFaceValue { get; init; } = 1_000_000;

    /// <summary>Least stake of a relay in micro-USDC.</summary>
    public ulong MinStake { get; init; } = 100_000_000;

    /// <summary>How long a stake takes to leave, seconds.</summary>
    public uint UnbondSeconds { get; init; } = 1_209_600;

    /// <summary>What one offence costs a relay, basis points of its stake.</summary>
    public ushort SlashBps { get; init; } = 5_000;

    /// <summary>Share of a penalty for whoever reports, basis points; at most half.</summary>
    public ushort ReporterBps { get; init; } = 2_000;

    /// <summary>Share of a penalty that is burnt, basis points; the treasury gets the rest.</summary>
    public ushort BurnBps { get; init; } = 5_000;

    /// <summary>The treasury's share of a sale or rent of a stream key, basis points.</summary>
    public ushort RoyaltyBps { get; init; } = 500;

    /// <summary>What every demo account gets in micro-USDC.</summary>
    public ulong Grant { get; init; } = 1_000_000_000;

    /// <summary>Streams, numbered from 1.</summary>
    public int Streams { get; init; } = 1;

    /// <summary>Each of them.</summary>
    public StreamInfo Stream { get; init; } = new("Big Buck Bunny", "film", 0);

    /// <summary>Their terms: 70 % relay, 25 % broadcaster, 5 % treasury, floor $0.01 per GB.</summary>
    public StreamTerms Terms { get; init; } = new(DemoAccounts.BroadcasterOwner.Address, 7_000, 2_500, 10_000);
}
