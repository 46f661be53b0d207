using System.Buffers;
using System.Buffers.Binary;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Media.Rtmp.Client;

/// <summary>The client's half of the simple RTMP handshake (Adobe RTMP 1.0, section 5.2).</summary>
internal static class ClientHandshake
{
    public const int Size = 1536;

    /// <summary>Writes C0 and C1.</summary>
    public static void Begin(IBufferWriter<byte> output, IRandomSource random, uint timeMs)
    {
        var hello = output.GetSpan(1 + Size)[..(1 + Size)];
        hello[0] = 3;
        BinaryPrimitives.WriteUInt32BigEndian(hello[1..], timeMs);
        hello.Slice(5, 4).Clear(); // four zeros: no digest is offered
        random.Fill(hello[9..]);
        output.Advance(1 + Size);
    }

    /// <summary>Answers S0 and S1 with C2 as soon as both are there.</summary>
    public static bool TryAnswer(ref ReadOnlySequence<byte> input, IBufferWriter<byte> output)
    {
        if (new SequenceReader<byte>(input).TryPeek(out var version) && version != 3)
            throw new MediaException(MediaFault.ConnectFailed, version is 0x15 or 0x16
                ? "it speaks TLS; use rtmps:// instead of rtmp://"
                : "what answers there does not speak RTMP; check host and port");
        if (input.Length < 1 + Size) return false;
        input.Slice(1, Size).CopyTo(output.GetSpan(Size));
        output.Advance(Size);
        input = input.Slice(1 + Size);
        return true;
    }
}
