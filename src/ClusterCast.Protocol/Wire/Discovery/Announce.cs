using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Wire;

/// <summary>The sender can serve a track.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Track">The track.</param>
/// <param name="Run">The run, Unix ms.</param>
/// <param name="Path">Nodes from the broadcaster to the sender, 1 to 8.</param>
public readonly record struct Announce(StreamId Stream, ushort Track, ulong Run, Address[] Path) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.Announce;

    /// <inheritdoc/>
    public void Write(BodyWriter body)
    {
        body.Stream(Stream).U16(Track).U64(Run).U8((byte)Path.Length);
        foreach (var node in Path)
        {
            body.Address(node);
        }
    }

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static Announce Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var stream = reader.Stream();
        var track = reader.U16();
        var run = reader.U64();
        var count = reader.U8();
        if (count is 0 or > WireLimits.PathNodes)
        {
            throw new WireException($"A path has 1 to {WireLimits.PathNodes} nodes, got {count}.");
        }

        var path = new Address[count];
        for (var i = 0; i < count; i++)
        {
            path[i] = reader.Address();
        }

        reader.End();
        return new Announce(stream, track, run, path);
    }
}
