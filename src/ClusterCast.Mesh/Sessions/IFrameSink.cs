using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Sessions;

/// <summary>Where a session puts its frames (types 0x30 to 0x36). They leave before media that is not yet written, in order among themselves.</summary>
public interface IFrameSink
{
    /// <summary>Queues one frame. Never blocks; does nothing on a closed connection. Thread-safe.</summary>
    void Send<T>(in T message)
        where T : IMessage, allows ref struct;
}
