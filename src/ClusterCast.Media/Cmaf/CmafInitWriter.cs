using System.Buffers;
using ClusterCast.Media.Ingest;

namespace ClusterCast.Media.Cmaf;

/// <summary>Writes an init segment: ftyp and moov with one avc1 track and, if there is sound, one mp4a track
/// (ISO/IEC 14496-12, -14, -15, 23000-19).</summary>
public static class CmafInitWriter
{
    /// <summary>The init segment for these configurations.</summary>
    /// <exception cref="MediaException">The codec configuration is so long that the segment would exceed <see cref="CmafTracks.MaxInitBytes"/>.</exception>
    public static byte[] Write(AvcConfig video, AacConfig? audio)
    {
        var scratch = ArrayPool<byte>.Shared.Rent(2048 + video.Record.Length + (audio?.Config.Length ?? 0));
        try
        {
            var box = new BoxWriter(scratch);
            var ftyp = box.Begin("ftyp"u8);
            box.Bytes("iso6"u8);
            box.UInt32(0);
            box.Bytes("iso6cmfcmp41"u8);
            box.End(ftyp);
            var moov = box.Begin("moov"u8);
            MovieHeader(ref box);
            VideoTrack(ref box, video);
            if (audio is not null) AudioTrack(ref box, audio);
            var mvex = box.Begin("mvex"u8);
            TrackExtends(ref box, CmafTracks.Video);
            if (audio is not null) TrackExtends(ref box, CmafTracks.Audio);
            box.End(mvex);
            box.End(moov);
            if (box.Position > CmafTracks.MaxInitBytes)
                throw new MediaException(MediaFault.LimitExceeded, $"The codec configuration needs more than {CmafTracks.MaxInitBytes} bytes; restart the encoder.");
            return scratch.AsSpan(0, box.Position).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    private static void MovieHeader(ref BoxWriter box)
    {
        var start = box.BeginFull("mvhd"u8, 0, 0);
        box.Zeros(8); // creation and modification time
        box.UInt32(1000);
        box.UInt32(0); // duration: in the fragments
        box.UInt32(0x00010000); // rate 1
        box.UInt16(0x0100); // volume 1
        box.Zeros(10);
        Matrix(ref box);
        box.Zeros(24);
        box.UInt32(CmafTracks.Audio + 1);
        box.End(start);
    }

    private static void VideoTrack(ref BoxWriter box, AvcConfig config)
    {
        var track = BeginTrack(ref box, CmafTracks.Video, CmafTracks.VideoTimescale, config.Width, config.Height, "vide"u8, "video");
        var header = box.BeginFull("vmhd"u8, 0, 1);
        box.Zeros(8);
        box.End(header);
        var entry = BeginSampleTable(ref box, "avc1"u8);
        box.Zeros(16);
        box.UInt16(config.Width);
        box.UInt16(config.Height);
        box.UInt32(0x00480000); // 72 dpi
        box.UInt32(0x00480000);
        box.UInt32(0);
        box.UInt16(1); // frames in a sample
        box.Zeros(32); // compressor name
        box.UInt16(0x18); // depth
        box.UInt16(-1);
        var avcc = box.Begin("avcC"u8);
        box.Bytes(config.Record.Span);
        box.End(avcc);
        EndSampleTable(ref box, entry);
        EndTrack(ref box, track);
    }

    private static void AudioTrack(ref BoxWriter box, AacConfig config)
    {
        var track = BeginTrack(ref box, CmafTracks.Audio, config.SampleRate, 0, 0, "soun"u8, "audio");
        var header = box.BeginFull("smhd"u8, 0, 0);
        box.Zeros(4);
        box.End(header);
        var entry = BeginSampleTable(ref box, "mp4a"u8);
        box.Zeros(8);
        box.UInt16(config.Channels);
        box.UInt16(16); // bits of a sample, by convention
        box.UInt32(0);
        box.UInt32((uint)(config.SampleRate & 0xFFFF) << 16); // 16.16; above 65,535 Hz the track's timescale counts
        ElementaryStream(ref box, config);
        EndSampleTable(ref box, entry);
        EndTrack(ref box, track);
    }

    /// <summary>esds: ES, decoder configuration and sync layer descriptors (ISO/IEC 14496-1, 7.2.6). All lengths stay below 128, so one byte each.</summary>
    private static void ElementaryStream(ref BoxWriter box, AacConfig config)
    {
        var specific = config.Config.Length;
        var start = box.BeginFull("esds"u8, 0, 0);
        box.UInt8(3);
        box.UInt8(3 + 2 + 13 + 2 + specific + 3);
        box.UInt16(0); // ES id
        box.UInt8(0);
        box.UInt8(4);
        box.UInt8(13 + 2 + specific);
        box.UInt8(0x40); // MPEG-4 audio
        box.UInt8(0x15); // audio stream
        box.Zeros(3 + 4 + 4); // buffer size, maximal and average bitrate: unknown
        box.UInt8(5);
        box.UInt8(specific);
        box.Bytes(config.Config.Span);
        box.Bytes([6, 1, 2]);
        box.End(start);
    }

    private static (int Track, int Media, int Information) BeginTrack(
        ref BoxWriter box, int id, int timescale, int width, int height, ReadOnlySpan<byte> handler, string name)
    {
        var track = box.Begin("trak"u8);
        var header = box.BeginFull("tkhd"u8, 0, 3); // enabled, in movie
        box.Zeros(8);
        box.UInt32((uint)id);
        box.Zeros(4 + 4 + 8 + 2 + 2); // reserved, duration, reserved, layer, group
        box.UInt16(width == 0 ? 0x0100 : 0); // volume
        box.UInt16(0);
        Matrix(ref box);
        box.UInt32((uint)width << 16);
        box.UInt32((uint)height << 16);
        box.End(header);
        var media = box.Begin("mdia"u8);
        header = box.BeginFull("mdhd"u8, 0, 0);
        box.Zeros(8);
        box.UInt32((uint)timescale);
        box.UInt32(0);
        box.UInt16(0x55C4); // language "und"
        box.UInt16(0);
        box.End(header);
        header = box.BeginFull("hdlr"u8, 0, 0);
        box.UInt32(0);
        box.Bytes(handler);
        box.Zeros(12);
        box.Text(name);
        box.End(header);
        return (track, media, box.Begin("minf"u8));
    }

    private static void EndTrack(ref BoxWriter box, (int Track, int Media, int Information) track)
    {
        box.End(track.Information);
        box.End(track.Media);
        box.End(track.Track);
    }

    private static (int Table, int Description, int Entry) BeginSampleTable(ref BoxWriter box, ReadOnlySpan<byte> format)
    {
        var dinf = box.Begin("dinf"u8);
        var dref = box.BeginFull("dref"u8, 0, 0);
        box.UInt32(1);
        box.End(box.BeginFull("url "u8, 0, 1)); // media is in the same file
        box.End(dref);
        box.End(dinf);
        var table = box.Begin("stbl"u8);
        var description = box.BeginFull("stsd"u8, 0, 0);
        box.UInt32(1);
        var entry = box.Begin(format);
        box.Zeros(6);
        box.UInt16(1); // data reference
        return (table, description, entry);
    }

    private static void EndSampleTable(ref BoxWriter box, (int Table, int Description, int Entry) table)
    {
        box.End(table.Entry);
        box.End(table.Description);
        EmptyTable(ref box, "stts"u8);
        EmptyTable(ref box, "stsc"u8);
        var sizes = box.BeginFull("stsz"u8, 0, 0);
        box.Zeros(8);
        box.End(sizes);
        EmptyTable(ref box, "stco"u8);
        box.End(table.Table);
    }

    private static void EmptyTable(ref BoxWriter box, ReadOnlySpan<byte> type)
    {
        var start = box.BeginFull(type, 0, 0);
        box.UInt32(0);
        box.End(start);
    }

    private static void TrackExtends(ref BoxWriter box, int id)
    {
        var start = box.BeginFull("trex"u8, 0, 0);
        box.UInt32((uint)id);
        box.UInt32(1); // sample description
        box.Zeros(12); // default duration, size and flags: every fragment states its own
        box.End(start);
    }

    private static void Matrix(ref BoxWriter box)
    {
        box.UInt32(0x00010000);
        box.Zeros(12);
        box.UInt32(0x00010000);
        box.Zeros(12);
        box.UInt32(0x40000000);
    }
}
