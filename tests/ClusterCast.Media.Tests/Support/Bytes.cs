using System.Buffers;

namespace ClusterCast.Media.Tests.Support;

public static class Bytes
{
    /// <summary>The same bytes in segments of these lengths (repeated), as a pipe might give them.</summary>
    public static ReadOnlySequence<byte> Split(byte[] bytes, int segmentLength)
    {
        if (bytes.Length == 0) return ReadOnlySequence<byte>.Empty;
        Segment? first = null, last = null;
        for (var at = 0; at < bytes.Length; at += segmentLength)
        {
            var memory = bytes.AsMemory(at, Math.Min(segmentLength, bytes.Length - at));
            last = last is null ? first = new Segment(memory) : last.Append(memory);
        }
        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
