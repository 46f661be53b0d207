namespace ClusterCast.Mesh.Transports.WebTransport.Http3;

/// <summary>Frame types of HTTP/3 (RFC 9114 §7.2) and the signal that begins a WebTransport stream.</summary>
internal enum Http3FrameType : ulong
{
    /// <summary>Body bytes; capsules on a CONNECT stream.</summary>
    Data = 0x00,

    /// <summary>A field section.</summary>
    Headers = 0x01,

    /// <summary>Of a push, which is never asked for.</summary>
    CancelPush = 0x03,

    /// <summary>What the peer supports.</summary>
    Settings = 0x04,

    /// <summary>A server's push.</summary>
    PushPromise = 0x05,

    /// <summary>The peer is leaving.</summary>
    GoAway = 0x07,

    /// <summary>How many pushes are allowed.</summary>
    MaxPushId = 0x0d,

    /// <summary>No frame: the rest of the stream belongs to a session whose id follows.</summary>
    WebTransportStream = 0x41,
}

/// <summary>Type and length of a frame.</summary>
internal readonly record struct Http3Frame(Http3FrameType Type, ulong Length)
{
    /// <summary>A frame of a type that is not known here may not be longer.</summary>
    public const ulong SkippedBytes = 64 * 1024;

    /// <summary>Whether the type was HTTP/2's and must not come back (RFC 9114 §7.2.8).</summary>
    public bool IsForbidden => (ulong)Type is 0x02 or 0x06 or 0x08 or 0x09;

    /// <summary>Whether the type means nothing here, so that the frame is passed over.</summary>
    public bool IsUnknown => !IsForbidden && !Enum.IsDefined(Type);

    /// <summary>The next frame's header; null at the end of the stream. For <see cref="Http3FrameType.WebTransportStream"/> the length is the session id.</summary>
    public static async ValueTask<Http3Frame?> ReadAsync(LaneReader reader, CancellationToken cancel) =>
        await reader.ReadVarintAsync(cancel) is { } type ? new Http3Frame((Http3FrameType)type, await reader.ReadLengthAsync(cancel)) : null;

    /// <summary>Passes over the payload of an unknown frame. Throws <see cref="Http3Exception"/> when it is long.</summary>
    public ValueTask SkipAsync(LaneReader reader, CancellationToken cancel) => Length <= SkippedBytes
        ? reader.SkipAsync(Length, cancel)
        : throw new Http3Exception(Http3Error.ExcessiveLoad, $"A frame of unknown type 0x{(ulong)Type:x} has {Length} bytes.");
}
