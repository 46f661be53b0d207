using System.Buffers.Binary;
using System.Net;

namespace ClusterCast.Mesh.Discovery.Dht;

/// <summary>The thread that takes the events of one DHT node.</summary>
internal sealed unsafe class DhtPump
{
    private const int EventsAtOnce = 64;
    private const int FirstBuffer = 16 * 1024;
    private const int LargestBuffer = 4 * 1024 * 1024;
    private const int WaitMs = 1_000;

    private readonly DhtNative.Handle _handle;
    private readonly Handler _handler;
    private readonly Thread _thread;
    private volatile bool _stopped;

    /// <summary>Starts the thread.</summary>
    public DhtPump(DhtNative.Handle handle, Handler handler)
    {
        _handle = handle;
        _handler = handler;
        _thread = new Thread(Run) { IsBackground = true, Name = "dht" };
        _thread.Start();
    }

    /// <summary>Takes one event; its data are valid during the call.</summary>
    public delegate void Handler(in DhtNative.Event e, ReadOnlySpan<byte> data);

    /// <summary>Reads the 18 bytes of a peer.</summary>
    public static IPEndPoint ReadPeer(ReadOnlySpan<byte> data)
    {
        var address = new IPAddress(data[..16]);
        return new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, BinaryPrimitives.ReadUInt16BigEndian(data[16..]));
    }

    /// <summary>Ends the thread and waits for it.</summary>
    public void Stop()
    {
        _stopped = true;

        // The answer wakes the thread.
        _ = DhtNative.RequestStatistics(_handle);
        _thread.Join();
    }

    private void Run()
    {
        var events = new DhtNative.Event[EventsAtOnce];
        var buffer = new byte[FirstBuffer];
        while (!_stopped)
        {
            int count;
            fixed (DhtNative.Event* into = events)
            fixed (byte* data = buffer)
            {
                count = DhtNative.Poll(_handle, into, EventsAtOnce, data, (nuint)buffer.Length, WaitMs);
            }

            if (count < 0)
            {
                if (count != DhtNative.TooSmall || buffer.Length >= LargestBuffer)
                {
                    return;
                }

                buffer = new byte[buffer.Length * 2];
                continue;
            }

            for (var i = 0; i < count; i++)
            {
                _handler(events[i], buffer.AsSpan((int)events[i].Offset, (int)events[i].Length));
            }
        }
    }
}
