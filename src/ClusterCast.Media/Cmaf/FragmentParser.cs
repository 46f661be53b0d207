using System.Buffers.Binary;

namespace ClusterCast.Media.Cmaf;

/// <summary>Reads a moof box and checks its samples against the mdat behind it.</summary>
internal static class FragmentParser
{
    private const uint DefaultBaseIsMoof = 0x020000, NotSync = 0x00010000;

    /// <param name="moof">Body of the moof box.</param>
    /// <param name="init">The tracks.</param>
    /// <param name="moofStart">Where the moof box begins; data offsets count from here.</param>
    /// <param name="dataStart">Where the body of mdat begins.</param>
    /// <param name="dataLength">Bytes in mdat.</param>
    public static CmafParsedChunk Parse(ReadOnlySpan<byte> moof, CmafInit init, int moofStart, int dataStart, int dataLength)
    {
        CmafParsedChunk? chunk = null;
        for (var box = new BoxReader(moof); box.Next();)
        {
            if (box.Type != FourCc.Traf) continue;
            if (chunk is not null) throw CmafParser.Malformed("a moof box holds two tracks");
            chunk = Track(box.Body, init, moofStart, dataStart, dataLength);
        }
        return chunk ?? throw CmafParser.Malformed("a moof box holds no track");
    }

    private static CmafParsedChunk Track(ReadOnlySpan<byte> traf, CmafInit init, int moofStart, int dataStart, int dataLength)
    {
        CmafTrack? track = null;
        ulong? decodeTime = null;
        uint duration = 0, size = 0, sampleFlags = 0;
        List<CmafParsedSample>? samples = null;
        for (var box = new BoxReader(traf); box.Next();)
            switch (box.Type)
            {
                case FourCc.Tfhd:
                    var header = box.FullBody(out _, out var flags);
                    if ((flags & DefaultBaseIsMoof) == 0 || (flags & 1) != 0) throw CmafParser.Malformed("data offsets do not count from moof");
                    var id = BoxReader.UInt32(header, 0, box.Type);
                    track = init.Tracks.FirstOrDefault(known => known.Id == id) ?? throw CmafParser.Malformed($"track {id} is not in the init segment");
                    var at = (flags & 2) != 0 ? 8 : 4;
                    if ((flags & 0x08) != 0) (duration, at) = (BoxReader.UInt32(header, at, box.Type), at + 4);
                    if ((flags & 0x10) != 0) (size, at) = (BoxReader.UInt32(header, at, box.Type), at + 4);
                    if ((flags & 0x20) != 0) sampleFlags = BoxReader.UInt32(header, at, box.Type);
                    break;
                case FourCc.Tfdt:
                    var time = box.FullBody(out var version, out _);
                    decodeTime = version == 1 ? BinaryPrimitives.ReadUInt64BigEndian(BoxReader.Take(time, 0, 8, box.Type)) : BoxReader.UInt32(time, 0, box.Type);
                    break;
                case FourCc.Trun:
                    if (track is null || samples is not null) throw CmafParser.Malformed("trun must stand once and behind tfhd");
                    samples = Run(box.FullBody(out _, out var runFlags), runFlags, duration, size, sampleFlags, moofStart, dataStart, dataLength);
                    break;
            }
        if (track is null || decodeTime is null || samples is null) throw CmafParser.Malformed("tfhd, tfdt or trun is missing");
        return decodeTime <= long.MaxValue ? new CmafParsedChunk(track, decodeTime.Value, samples) : throw CmafParser.Malformed("the decoding time is out of range");
    }

    private static List<CmafParsedSample> Run(ReadOnlySpan<byte> trun, uint flags, uint duration, uint size, uint sampleFlags, int moofStart, int dataStart, int dataLength)
    {
        var count = BoxReader.UInt32(trun, 0, FourCc.Trun);
        if (count is 0 or > CmafParser.MaxSamples) throw CmafParser.Malformed($"a chunk announces {count} samples");
        var fields = ((flags & 0x100) != 0 ? 4 : 0) + ((flags & 0x200) != 0 ? 4 : 0) + ((flags & 0x400) != 0 ? 4 : 0) + ((flags & 0x800) != 0 ? 4 : 0);
        var at = 4 + ((flags & 1) != 0 ? 4 : 0) + ((flags & 4) != 0 ? 4 : 0);
        BoxReader.Take(trun, at, (int)count * fields, FourCc.Trun);
        long offset = (flags & 1) != 0 ? moofStart + (long)(int)BoxReader.UInt32(trun, 4, FourCc.Trun) : dataStart;
        var first = (flags & 4) != 0 ? BoxReader.UInt32(trun, at - 4, FourCc.Trun) : sampleFlags;
        var samples = new List<CmafParsedSample>((int)count);
        for (var i = 0; i < count; i++)
        {
            var (sampleDuration, sampleSize, ownFlags, composition) = (duration, size, i == 0 ? first : sampleFlags, 0);
            if ((flags & 0x100) != 0) (sampleDuration, at) = (BoxReader.UInt32(trun, at, FourCc.Trun), at + 4);
            if ((flags & 0x200) != 0) (sampleSize, at) = (BoxReader.UInt32(trun, at, FourCc.Trun), at + 4);
            if ((flags & 0x400) != 0) (ownFlags, at) = (BoxReader.UInt32(trun, at, FourCc.Trun), at + 4);
            if ((flags & 0x800) != 0) (composition, at) = (unchecked((int)BoxReader.UInt32(trun, at, FourCc.Trun)), at + 4);
            if (offset < dataStart || offset + sampleSize > dataStart + (long)dataLength) throw CmafParser.Malformed("a sample lies outside of mdat");
            samples.Add(new CmafParsedSample((int)offset, (int)sampleSize, sampleDuration, composition, (ownFlags & NotSync) == 0));
            offset += sampleSize;
        }
        return samples;
    }
}
