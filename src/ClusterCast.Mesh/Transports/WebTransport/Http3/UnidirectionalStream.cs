namespace ClusterCast.Mesh.Transports.WebTransport.Http3;

/// <summary>The first integer of a unidirectional stream (RFC 9114 §6.2, RFC 9204 §4.2, draft-ietf-webtrans-http3 §4.1).</summary>
internal enum UnidirectionalStream : ulong
{
    /// <summary>Settings and what concerns the whole connection.</summary>
    Control = 0x00,

    /// <summary>A server's push.</summary>
    Push = 0x01,

    /// <summary>Instructions for the table of the receiver.</summary>
    QpackEncoder = 0x02,

    /// <summary>Acknowledgements of these.</summary>
    QpackDecoder = 0x03,

    /// <summary>Of a WebTransport session.</summary>
    WebTransport = 0x54,
}
