namespace ClusterCast.Protocol.Wire;

/// <summary>A purse has begun to use some relay: its SessionOpen, passed on as it was signed.</summary>
/// <param name="Open">The SessionOpen.</param>
public readonly record struct SessionNews(SessionOpenMessage Open) : IMessage
{
    /// <inheritdoc/>
    public FrameType Type => FrameType.SessionNews;

    /// <inheritdoc/>
    public void Write(BodyWriter body) => Open.Write(body);

    /// <summary>Reads a body. Throws <see cref="WireException"/>.</summary>
    public static SessionNews Read(ReadOnlySpan<byte> body) => new(SessionOpenMessage.Read(body));
}
