using System.Globalization;
using System.Text;
using ClusterCast.Mesh.Transports.WebTransport.Qpack;

namespace ClusterCast.Mesh.Transports.WebTransport.Http3;

/// <summary>An answer: a status, and for people a line of text.</summary>
internal sealed record Response(int Status, string Text = "", string? Allow = null)
{
    /// <summary>The answer to whatever asks for nothing that is here; null for a request that opens a session.</summary>
    public static Response? To(Request? request, bool isTaken) => request switch
    {
        null => new Response(400, "This is no request of HTTP/3.\n"),
        { Method: "CONNECT", Protocol: null } => new Response(400, "This relay is no proxy. Connect with WebTransport.\n"),
        { Path: not MeshNode.WebSocketPath } => new Response(404, $"Nothing is here. This is a ClusterCast relay; connect with WebTransport to {MeshNode.WebSocketPath}.\n"),
        { Method: not "CONNECT" } => new Response(405, "This is a ClusterCast relay. Connect with WebTransport.\n", "CONNECT"),
        { Protocol: not "webtransport" } => new Response(501, "Only WebTransport is served here.\n"),
        _ => isTaken ? new Response(429, "A connection carries one session; open another connection.\n") : null,
    };

    /// <summary>The answer that opens a session.</summary>
    public static byte[] Opening(Request request)
    {
        var fields = new FieldSectionWriter();
        fields.Add(":status", "200");
        if (request.IsDraft02)
        {
            fields.Add("sec-webtransport-http3-draft", "draft02");
        }

        return Frame(Http3FrameType.Headers, fields.Bytes);
    }

    /// <summary>The frames of the whole answer.</summary>
    public byte[] Encode(bool withText)
    {
        var text = Encoding.ASCII.GetBytes(Text);
        var fields = new FieldSectionWriter();
        fields.Add(":status", Status.ToString(CultureInfo.InvariantCulture));
        fields.Add("content-type", "text/plain");
        fields.Add("content-length", text.Length.ToString(CultureInfo.InvariantCulture));
        if (Allow is not null)
        {
            fields.Add("allow", Allow);
        }

        byte[] head = Frame(Http3FrameType.Headers, fields.Bytes);
        return withText ? [.. head, .. Frame(Http3FrameType.Data, text)] : head;
    }

    private static byte[] Frame(Http3FrameType type, byte[] payload)
    {
        Span<byte> header = stackalloc byte[2 * QuicVarint.MaxSize];
        var length = QuicVarint.Write(header, (ulong)type);
        length += QuicVarint.Write(header[length..], (ulong)payload.Length);
        return [.. header[..length], .. payload];
    }
}
