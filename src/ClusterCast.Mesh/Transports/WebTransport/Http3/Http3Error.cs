namespace ClusterCast.Mesh.Transports.WebTransport.Http3;

/// <summary>Error codes that end a connection or reset a stream (RFC 9114 §8.1, RFC 9204 §6, draft-ietf-webtrans-http3 §9.5).</summary>
internal enum Http3Error : ulong
{
    /// <summary>Nothing is wrong.</summary>
    None = 0x100,

    /// <summary>A rule that has no code of its own was broken.</summary>
    GeneralProtocol = 0x101,

    /// <summary>This side has a defect.</summary>
    Internal = 0x102,

    /// <summary>A stream of a kind that this side does not take.</summary>
    StreamCreation = 0x103,

    /// <summary>The control stream or a QPACK stream has ended.</summary>
    ClosedCriticalStream = 0x104,

    /// <summary>A frame where it is not allowed.</summary>
    FrameUnexpected = 0x105,

    /// <summary>A frame that does not hold what its type says.</summary>
    Frame = 0x106,

    /// <summary>More work than an honest peer asks for.</summary>
    ExcessiveLoad = 0x107,

    /// <summary>A stream id that cannot be what it is used for.</summary>
    Id = 0x108,

    /// <summary>Settings that contradict themselves.</summary>
    Settings = 0x109,

    /// <summary>A control stream that does not begin with its settings.</summary>
    MissingSettings = 0x10a,

    /// <summary>A request that was not looked at.</summary>
    RequestRejected = 0x10b,

    /// <summary>A request that ended before it was whole.</summary>
    RequestIncomplete = 0x10d,

    /// <summary>A request that is no HTTP message.</summary>
    Message = 0x10e,

    /// <summary>A field section that cannot be decompressed.</summary>
    QpackDecompressionFailed = 0x200,

    /// <summary>An instruction that a table of capacity 0 does not allow.</summary>
    QpackEncoderStream = 0x201,

    /// <summary>An acknowledgement of something that was never sent.</summary>
    QpackDecoderStream = 0x202,

    /// <summary>A stream of a session that is over.</summary>
    SessionGone = 0x170d7b68,

    /// <summary>A stream beyond those that are kept for a session.</summary>
    BufferedStreamRejected = 0x3994bd84,
}
