namespace ClusterCast.Media.Cmaf;

/// <summary>Writes CMAF chunks: one moof and one mdat each (ISO/IEC 23000-19, 7.3.2.3). Sizes are known beforehand, so a part is
/// one allocation and its media bytes are copied once.</summary>
public static class CmafChunkWriter
{
    private const int Fixed = 8 + 16 + 8 + 20 + 20 + 20 + 8; // moof, mfhd, traf, tfhd, tfdt, trun without samples, mdat header
    private const uint SyncSample = 0x02000000; // depends on no other sample
    private const uint OtherSample = 0x01010000; // depends on others, is not a sync sample

    /// <summary>Length of the chunk in bytes when written.</summary>
    public static int Measure(CmafChunk chunk)
    {
        var bytes = Fixed + chunk.Samples.Count * (HasOffsets(chunk) ? 12 : 8) + (NeedsFirstFlags(chunk) ? 4 : 0);
        foreach (var sample in chunk.Samples) bytes = checked(bytes + sample.Data.Length);
        return bytes;
    }

    /// <summary>Writes the chunk at the beginning of <paramref name="to"/> and returns the number of bytes.</summary>
    /// <param name="to">At least <see cref="Measure"/> bytes.</param>
    /// <param name="chunk">What to write.</param>
    /// <param name="sequence">Number of the fragment, rising (mfhd).</param>
    public static int Write(Span<byte> to, CmafChunk chunk, uint sequence)
    {
        var box = new BoxWriter(to);
        var moof = box.Begin("moof"u8);
        var mfhd = box.BeginFull("mfhd"u8, 0, 0);
        box.UInt32(sequence);
        box.End(mfhd);
        var traf = box.Begin("traf"u8);
        var tfhd = box.BeginFull("tfhd"u8, 0, 0x020020); // default-base-is-moof, default sample flags
        box.UInt32((uint)chunk.Track);
        box.UInt32(AllSync(chunk) ? SyncSample : OtherSample);
        box.End(tfhd);
        var tfdt = box.BeginFull("tfdt"u8, 1, 0);
        box.UInt64(chunk.DecodeTime);
        box.End(tfdt);
        var dataOffset = Run(ref box, chunk);
        box.End(traf);
        box.End(moof);
        var mdat = box.Begin("mdat"u8);
        box.Patch(dataOffset, (uint)box.Position);
        foreach (var sample in chunk.Samples) box.Bytes(sample.Data.Span);
        box.End(mdat);
        return box.Position;
    }

    /// <summary>Writes trun and returns where its data offset stands.</summary>
    private static int Run(ref BoxWriter box, CmafChunk chunk)
    {
        var (offsets, first) = (HasOffsets(chunk), NeedsFirstFlags(chunk));
        var trun = box.BeginFull("trun"u8, 1, 0x000301u | (first ? 0x04u : 0) | (offsets ? 0x800u : 0)); // data offset, durations, sizes
        box.UInt32((uint)chunk.Samples.Count);
        var dataOffset = box.Position;
        box.UInt32(0);
        if (first) box.UInt32(SyncSample);
        foreach (var sample in chunk.Samples)
        {
            box.UInt32(sample.Duration);
            box.UInt32((uint)sample.Data.Length);
            if (offsets) box.UInt32(unchecked((uint)sample.CompositionOffset));
        }
        box.End(trun);
        return dataOffset;
    }

    private static bool AllSync(CmafChunk chunk) => chunk.Track == CmafTracks.Audio;

    private static bool NeedsFirstFlags(CmafChunk chunk) => chunk.FirstIsSync && !AllSync(chunk);

    private static bool HasOffsets(CmafChunk chunk)
    {
        foreach (var sample in chunk.Samples)
            if (sample.CompositionOffset != 0) return true;
        return false;
    }
}
