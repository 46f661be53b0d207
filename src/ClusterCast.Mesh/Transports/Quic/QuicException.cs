namespace ClusterCast.Mesh.Transports.Quic;

/// <summary>Who or what ended a connection.</summary>
internal enum QuicCloseCause
{
    /// <summary>This side's application.</summary>
    Us = 1,

    /// <summary>The peer's application.</summary>
    Peer = 2,

    /// <summary>The peer's transport: it found something wrong.</summary>
    PeerTransport = 3,

    /// <summary>Silence.</summary>
    Idle = 4,

    /// <summary>A handshake without an end.</summary>
    HandshakeTimeout = 5,

    /// <summary>The peer has forgotten the connection.</summary>
    StatelessReset = 6,

    /// <summary>This side found something wrong.</summary>
    Error = 7,
}

/// <summary>The end of a connection.</summary>
/// <param name="Cause">Who or what.</param>
/// <param name="Code">The application's code, or one of RFC 9000 §20.1.</param>
/// <param name="Reason">For people.</param>
internal sealed record QuicClose(QuicCloseCause Cause, ulong Code, string Reason)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        var what = Cause switch
        {
            QuicCloseCause.Us => "this side closed the connection",
            QuicCloseCause.Peer => $"the peer closed the connection with code {Code}",
            QuicCloseCause.PeerTransport => $"the peer refused the connection, QUIC error 0x{Code:x}",
            QuicCloseCause.Idle => "nothing was heard for too long",
            QuicCloseCause.HandshakeTimeout => "the handshake took too long",
            QuicCloseCause.StatelessReset => "the peer has forgotten the connection",
            _ => $"the connection failed, QUIC error 0x{Code:x}",
        };
        return Reason.Length > 0 ? $"{what}: {Reason}" : what;
    }
}

/// <summary>A connection has ended or could not be made.</summary>
internal sealed class QuicException(string message, QuicClose? close = null) : IOException(message)
{
    /// <summary>How it ended; null when there was none.</summary>
    public QuicClose? Close { get; } = close;
}

/// <summary>The peer reset a stream, or wants no more of it.</summary>
internal sealed class QuicStreamException(ulong? code, string message) : IOException(message)
{
    /// <summary>The peer's code; null where it stopped reading, for the library keeps that one to itself.</summary>
    public ulong? Code { get; } = code;
}
