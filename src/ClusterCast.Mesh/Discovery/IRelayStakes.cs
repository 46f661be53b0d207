using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Mesh.Discovery;

/// <summary>What relays have staked: the price of an identity, by which the mesh tells few honest relays from many made-up ones.</summary>
public interface IRelayStakes
{
    /// <summary>Micro-USDC at stake, 0 for a node that has none or that is not known yet. Answers from memory and never waits.</summary>
    ulong StakeOf(Address node);
}

/// <summary>Where nobody stakes anything.</summary>
public sealed class NoStakes : IRelayStakes
{
    /// <summary>The one instance.</summary>
    public static NoStakes Instance { get; } = new();

    private NoStakes()
    {
    }

    /// <inheritdoc/>
    public ulong StakeOf(Address node) => 0;
}
