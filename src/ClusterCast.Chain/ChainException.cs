namespace ClusterCast.Chain;

/// <summary>What kind of thing went wrong on the way to the chain or in it.</summary>
public enum ChainFault
{
    /// <summary>Nothing answers at the address of the node.</summary>
    NodeUnreachable,

    /// <summary>The node did not answer, or a transaction was not mined, in time.</summary>
    Timeout,

    /// <summary>The node answered with a JSON-RPC error that is no revert.</summary>
    RpcError,

    /// <summary>The node's answer is not what the protocol allows, or too large.</summary>
    BadResponse,

    /// <summary>A contract refused the call; <see cref="ChainException.ErrorName"/> says why.</summary>
    Reverted,

    /// <summary>The caller's values cannot be sent: out of range, or of the wrong form.</summary>
    InvalidInput,

    /// <summary>The deployments file is missing or not valid, or does not fit the node.</summary>
    BadDeployment,

    /// <summary>The account cannot pay for the transaction.</summary>
    InsufficientFunds,

    /// <summary>The anvil binary is not installed.</summary>
    AnvilMissing,

    /// <summary>Another process holds the port.</summary>
    PortInUse,

    /// <summary>anvil ended before it was ready.</summary>
    AnvilFailed,
}

/// <summary>Every failure of the chain floor: one sentence of cause, one of remedy.</summary>
public sealed class ChainException : Exception
{
    /// <summary>A failure with its cause and remedy, each a sentence that ends with a full stop.</summary>
    public ChainException(ChainFault fault, string cause, string remedy, Exception? inner = null)
        : base($"{cause} {remedy}", inner)
    {
        Fault = fault;
        Cause = cause;
        Remedy = remedy;
    }

    /// <summary>The kind of failure.</summary>
    public ChainFault Fault { get; }

    /// <summary>What happened.</summary>
    public string Cause { get; }

    /// <summary>What to do about it.</summary>
    public string Remedy { get; }

    /// <summary>Name of the contract's error, such as <c>CapExceeded</c>, when <see cref="Fault"/> is <see cref="ChainFault.Reverted"/> and the error is known.</summary>
    public string? ErrorName { get; init; }

    /// <summary>JSON-RPC error code, when the node sent one.</summary>
    public int? RpcCode { get; init; }
}
