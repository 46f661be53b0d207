using ClusterCast.Chain.Abi;

namespace ClusterCast.Chain.Contracts;

/// <summary>An error of a contract as a type of its own.</summary>
public interface IContractError<TSelf>
    where TSelf : IContractError<TSelf>
{
    /// <summary>Its signature and selector.</summary>
    static abstract AbiError Abi { get; }

    /// <summary>Reads decoded arguments.</summary>
    static abstract TSelf FromAbi(AbiValues values);
}
