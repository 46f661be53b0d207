namespace ClusterCast.Node.Hosting;

/// <summary>Exit statuses of <c>clustercast</c>, after sysexits.h where one fits.</summary>
public enum ExitCode
{
    /// <summary>All went well.</summary>
    Ok = 0,

    /// <summary>The run failed: no picture, a bad leaf shown, broken conservation.</summary>
    Failed = 1,

    /// <summary>A check came out negative: the evidence proves no offence.</summary>
    Negative = 3,

    /// <summary>The command line or the configuration is wrong.</summary>
    Usage = 64,

    /// <summary>Input data are wrong: a clip, a file, a codec.</summary>
    Data = 65,

    /// <summary>Something that the role needs is not there: FFmpeg, a chain, a port.</summary>
    Unavailable = 69,

    /// <summary>A fault of the program.</summary>
    Internal = 70,
}

/// <summary>A failure that a user can act on: one sentence with cause and remedy, and the exit status.</summary>
public sealed class NodeException(string message, ExitCode exitCode = ExitCode.Unavailable) : Exception(message)
{
    /// <summary>Status with which the process ends.</summary>
    public ExitCode ExitCode { get; } = exitCode;
}
