using System.Buffers;
using System.Buffers.Binary;

namespace ClusterCast.Media.Rtmp.Server;

/// <summary>The server's half of the simple RTMP handshake (Adobe RTMP 1.0, section 5.2). A client that offers the digest variant in C1 is
/// answered in the simple way too, which OBS, FFmpeg and librtmp accept when they do not demand SWF verification.</summary>
internal static class Handshake
{
    public const int Size = 1536;

    /// <summary>Answers C0 and C1 with S0, S1 and S2 as soon as both are there.</summary>
    public static bool TryAnswer(ref ReadOnlySequence<byte> input, IBufferWriter<byte> output, uint timeMs)
    {
        if (new SequenceReader<byte>(input).TryPeek(out var version) && version is not (3 or 6))
            throw new MediaException(MediaFault.Malformed, version is 0x16
                ? "The peer speaks TLS, but this port takes plain RTMP; publish to rtmp:// and not rtmps://."
                : "The peer does not speak RTMP; publish with OBS or FFmpeg to rtmp://host:port/live/KEY.");
        if (input.Length < 1 + Size) return false;
        var c1 = input.Slice(1, Size);
        var answer = output.GetSpan(1 + 2 * Size);
        answer[0] = 3;
        var s1 = answer.Slice(1, Size);
        // S1's "random" bytes only have to differ between the two ends; a fixed pattern cannot be told from C1's by accident.
        for (var i = 0; i < Size; i++) s1[i] = (byte)(i * 31 + 7);
        BinaryPrimitives.WriteUInt32BigEndian(s1, timeMs);
        s1.Slice(4, 4).Clear();
        c1.CopyTo(answer.Slice(1 + Size, Size));
        output.Advance(1 + 2 * Size);
        input = input.Slice(1 + Size);
        return true;
    }
}
