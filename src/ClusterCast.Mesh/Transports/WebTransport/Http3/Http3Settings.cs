namespace ClusterCast.Mesh.Transports.WebTransport.Http3;

/// <summary>SETTINGS (RFC 9114 §7.2.4): what this side says, and the check of what the peer says.</summary>
internal static class Http3Settings
{
    /// <summary>Longest payload that is read.</summary>
    public const int MaxBytes = 1024;

    /// <summary>Longest field section that is taken, by the count of RFC 9114 §4.2.2.</summary>
    public const int MaxFieldSection = 8 * 1024;

    private const ulong MaxFieldSectionSize = 0x06;
    private const ulong EnableConnectProtocol = 0x08;
    private const ulong H3Datagram = 0x33;

    // Chromium offers WebTransport by several drafts of it; it takes a server that names any of these.
    private const ulong H3DatagramDraft04 = 0xffd277;
    private const ulong EnableWebTransportDraft02 = 0x2b603742;
    private const ulong MaxSessionsDraft07 = 0xc671706a;

    private static readonly (ulong Id, ulong Value)[] Own =
    [
        (MaxFieldSectionSize, MaxFieldSection), (EnableConnectProtocol, 1), (H3Datagram, 1), (H3DatagramDraft04, 1), (EnableWebTransportDraft02, 1), (MaxSessionsDraft07, 1),
    ];

    /// <summary>The start of this side's control stream: its type and the settings.</summary>
    public static byte[] ControlStream()
    {
        Span<byte> payload = stackalloc byte[Own.Length * 2 * QuicVarint.MaxSize];
        var length = 0;
        foreach (var (id, value) in Own)
        {
            length += QuicVarint.Write(payload[length..], id);
            length += QuicVarint.Write(payload[length..], value);
        }

        return [(byte)UnidirectionalStream.Control, (byte)Http3FrameType.Settings, (byte)length, .. payload[..length]];
    }

    /// <summary>Checks a peer's settings. Throws <see cref="Http3Exception"/>.</summary>
    public static void Check(ReadOnlySpan<byte> payload)
    {
        var seen = new HashSet<ulong>();
        while (!payload.IsEmpty)
        {
            payload = payload[Take(payload, out var id)..];
            payload = payload[Take(payload, out var value)..];
            if (!seen.Add(id))
            {
                throw new Http3Exception(Http3Error.Settings, $"Setting 0x{id:x} comes twice.");
            }

            // HTTP/2's settings must not come back (RFC 9114 §7.2.4.1); two are flags (RFC 8441 §3, RFC 9297 §2.1.1).
            if (id is 0x00 or 0x02 or 0x03 or 0x04 or 0x05 || (id is EnableConnectProtocol or H3Datagram && value > 1))
            {
                throw new Http3Exception(Http3Error.Settings, $"Setting 0x{id:x} may not be {value}.");
            }
        }
    }

    private static int Take(ReadOnlySpan<byte> payload, out ulong value) => QuicVarint.Read(payload, out value) is var size and > 0
        ? size
        : throw new Http3Exception(Http3Error.Frame, "SETTINGS end inside a setting.");
}
